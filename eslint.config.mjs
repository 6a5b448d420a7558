import tseslint from 'typescript-eslint';
import html from 'eslint-plugin-html';
import js from '@eslint/js';

export default tseslint.config(
    { ignores: ['dist', 'node_modules', 'demo/.run'] },
    {
        files: ['**/*.ts'],
        extends: [js.configs.recommended, ...tseslint.configs.recommended],
        languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
        rules: {
            '@typescript-eslint/no-floating-promises': 'error',
            '@typescript-eslint/no-misused-promises': 'error',
            '@typescript-eslint/await-thenable': 'error',
            '@typescript-eslint/switch-exhaustiveness-check': 'error',
            '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', caughtErrors: 'none' }],
            // `export =` and `import x = require()` are how Node-RED loads a node file
            '@typescript-eslint/no-require-imports': 'off'
        }
    },
    {
        files: ['**/*.mjs'],
        extends: [js.configs.recommended],
        languageOptions: { globals: { console: 'readonly', process: 'readonly' } }
    },
    {
        files: ['editor/*.js'],
        extends: [js.configs.recommended],
        languageOptions: {
            sourceType: 'script',
            ecmaVersion: 2020,
            globals: { RED: 'readonly', $: 'readonly', window: 'readonly', mailflow: 'writable', URL: 'readonly' }
        }
    },
    {
        files: ['nodes/*.html'],
        plugins: { html },
        extends: [js.configs.recommended],
        languageOptions: {
            sourceType: 'script',
            globals: { RED: 'readonly', $: 'readonly', document: 'readonly', window: 'readonly', mailflow: 'writable' }
        }
    }
);
