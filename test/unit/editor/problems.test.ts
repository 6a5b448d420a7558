import assert from 'node:assert/strict';
import { parseFlag } from '../../../src/imap/actions';
import { parseSearch } from '../../../src/imap/search-query';
import { compileSenders } from '../../../src/sender/pattern';
import { loadEditor, lookUp, readCatalogue } from '../../support/editor-sandbox';

const { mailflow } = loadEditor();

function isAccepted(work: () => unknown): boolean {
    try {
        work();
        return true;
    } catch {
        return false;
    }
}

/** Everything a user may type into a list of senders: right, nearly right, and wrong. */
const PATTERNS = [
    '*@channel.machineseeker.com',
    '*@*.example.com',
    'info@example.com',
    'sales-?@example.com',
    '*@müller-maschinen.example',
    'info@EXAMPLE.com',
    'info@my_host.example.com',
    'info@localhost',
    'info',
    'info@a@example.com',
    '@example.com',
    '*@*',
    '*@*.com',
    '*@ex*.com',
    '*@mail.*.com',
    '*@exam?le.com',
    '*@example..com',
    '*@.example.com',
    '*@example.com.',
    '*@',
    ' *@example.com',
    '*@exam ple.com',
    '*@exam\u200bple.com',
    '*@example.com\u0000',
    '*@example.com/path',
    '*@example.com:25',
    '*@[192.0.2.1]',
    '*@1',
    `*@${'a'.repeat(64)}.example`,
    `*@${'a.'.repeat(130)}example`,
    '*@ｅxample.com',
    '*@example。com',
    '*@mu\u0308ller.example',
    '<script>@example.com'
];

describe('senderProblem', () => {
    for (const pattern of PATTERNS) {
        it(`agrees with the node about ${JSON.stringify(pattern.slice(0, 40))}`, () => {
            const problem = mailflow.senderProblem(pattern);
            assert.equal(
                problem === '',
                isAccepted(() => compileSenders([pattern])),
                problem
            );
        });
    }

    it('says what is wrong', () => {
        assert.equal(mailflow.senderProblem('info'), 'no-at');
        assert.equal(mailflow.senderProblem('a@b@c.example'), 'many-at');
        assert.equal(mailflow.senderProblem('@c.example'), 'no-local');
        assert.equal(mailflow.senderProblem('*@*.de'), 'star-in-domain');
        assert.equal(mailflow.senderProblem('*@a b.example'), 'blank');
        assert.equal(mailflow.senderProblem('*@a..example'), 'domain');
    });
});

describe('flagProblem', () => {
    const flags = [
        '\\Seen',
        '\\flagged',
        '$Done',
        'Imported_2026',
        '\\Recent',
        '\\Foo',
        'two words',
        'a(b',
        'ä',
        '"',
        ']'
    ];
    for (const flag of [...flags, '}', 'a'.repeat(101)]) {
        it(`agrees with the node about ${flag.slice(0, 20)}`, () => {
            assert.equal(
                mailflow.flagProblem(flag) === '',
                isAccepted(() => parseFlag(flag))
            );
        });
    }
});

describe('folderProblem', () => {
    it('accepts any name without control characters', () => {
        assert.equal(mailflow.folderProblem('INBOX/Anfragen & "Käufer" {1}'), '');
        assert.equal(mailflow.folderProblem('INBOX\r\nA1 DELETE INBOX'), 'control');
    });
});

describe('searchProblem', () => {
    it('knows the conditions that the node knows', () => {
        const samples: Record<string, unknown> = { header: { 'list-id': true }, not: { seen: true } };
        for (const name of mailflow.searchNames) {
            const values = [samples[name], true, 'text', 5, '2026-11-23', [{ seen: true }, { flagged: true }]];
            const isKnown = values.some(value => isAccepted(() => parseSearch({ [name]: value })));
            assert.ok(isKnown, name);
        }
    });

    it('accepts what the node accepts', () => {
        const search = { seen: false, or: [{ flagged: true }, { not: { subject: 'offer' } }] };
        assert.doesNotThrow(() => parseSearch(search));
        assert.equal(mailflow.searchProblem(search), '');
    });

    it('refuses what is no object, and unknown conditions at any depth', () => {
        for (const search of [null, [], 'seen', 5]) {
            assert.equal(mailflow.searchProblem(search), 'search');
        }
        assert.equal(mailflow.searchProblem({ unseen: true }), 'search-name');
        assert.equal(mailflow.searchProblem({ not: { uid: '1:*' } }), 'search-name');
        assert.equal(mailflow.searchProblem({ or: { seen: true } }), 'search-or');
        assert.equal(mailflow.searchProblem(JSON.parse('{"__proto__": {"seen": true}}')), 'search-name');
    });
});

describe('problems', () => {
    it('have a sentence each', () => {
        const keys = [...PATTERNS.map(mailflow.senderProblem), ...['\\x', 'a b'].map(mailflow.flagProblem), 'control'];
        for (const key of keys.filter(Boolean)) {
            const path = `mailflow-editor.problem.${key}`;
            assert.ok(lookUp(readCatalogue('mailflow-editor', 'en-US'), path), path);
        }
    });
});
