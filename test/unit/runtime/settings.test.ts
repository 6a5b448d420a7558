import assert from 'node:assert/strict';
import {
    readBoolean,
    readChoice,
    readList,
    readNumber,
    readSecret,
    readText,
    readWholeNumber
} from '../../../src/runtime/settings';

function invalid(message: RegExp): object {
    return { code: 'INVALID_PROPERTY', kind: 'configuration', step: 'configure', message };
}

describe('a saved property', () => {
    describe('that names an environment variable which is not set', () => {
        const saved = { x: '${MAIL_HOST}' };
        const range = { fallback: 1, min: 0, max: 9 };
        const readers: Array<[string, () => unknown]> = [
            ['text', () => readText(saved, 'x')],
            ['a secret', () => readSecret(saved, 'x')],
            ['a number', () => readNumber(saved, 'x', range)],
            ['a whole number', () => readWholeNumber(saved, 'x', range)],
            ['a boolean', () => readBoolean(saved, 'x', true)],
            ['a choice', () => readChoice(saved, 'x', ['a', 'b'])],
            ['a list', () => readList(saved, 'x')]
        ];
        for (const [what, read] of readers) {
            it(`as ${what}, says which variable is missing`, () => {
                assert.throws(read, {
                    code: 'ENV_MISSING',
                    kind: 'configuration',
                    message:
                        /property "x" refers to the environment variable MAIL_HOST, which is not set.*Set MAIL_HOST/
                });
            });
        }

        it('in a list, says which entry', () => {
            assert.throws(() => readList({ x: ['a', '${SECOND}'] }, 'x'), {
                code: 'ENV_MISSING',
                message: /"x\[1\]" refers to the environment variable SECOND/
            });
        });

        it('is only meant when nothing else is there', () => {
            assert.equal(readText({ x: 'smtp.${DOMAIN}' }, 'x'), 'smtp.${DOMAIN}');
        });
    });

    describe('as text', () => {
        it('is trimmed', () => assert.equal(readText({ x: '  a b \n' }, 'x'), 'a b'));
        it('may be a number', () => assert.equal(readText({ x: 5 }, 'x'), '5'));
        for (const value of [undefined, null, '', '  ']) {
            it(`is empty for ${JSON.stringify(value)}`, () => assert.equal(readText({ x: value }, 'x'), ''));
        }
    });

    describe('as a secret', () => {
        it('keeps its blanks', () => assert.equal(readSecret({ x: ' pass ' }, 'x'), ' pass '));
        it('is empty when there is none', () => {
            assert.equal(readSecret({}, 'x'), '');
            assert.equal(readSecret({ x: null }, 'x'), '');
        });
    });

    describe('as a number', () => {
        const range = { fallback: 7, min: 0.5, max: 100 };
        for (const [value, number] of [
            [5, 5],
            ['5', 5],
            [' 2.5 ', 2.5],
            [0.5, 0.5],
            ['100', 100],
            ['', 7],
            [undefined, 7],
            [null, 7]
        ] as const) {
            it(`reads ${JSON.stringify(value)} as ${number}`, () => {
                assert.equal(readNumber({ x: value }, 'x', range), number);
            });
        }

        for (const value of [0.4, 101, '-5', 'five', '5 s', NaN, Infinity, 'Infinity', true, {}, [1, 2]]) {
            it(`refuses ${String(value)}`, () => {
                assert.throws(
                    () => readNumber({ x: value }, 'x', range),
                    invalid(/"x" must be a number from 0.5 to 100/)
                );
            });
        }
    });

    describe('as a whole number', () => {
        const range = { fallback: 7, min: 1, max: 10 };
        it('is read from a number and from text', () => {
            assert.deepEqual([readWholeNumber({ x: 3 }, 'x', range), readWholeNumber({ x: '3' }, 'x', range)], [3, 3]);
        });
        it('is the fallback when empty', () => assert.equal(readWholeNumber({}, 'x', range), 7));
        it('has no fraction', () => {
            assert.throws(
                () => readWholeNumber({ x: '1.5' }, 'x', range),
                invalid(/"x" must be a whole number, not "1.5"/)
            );
        });
        it('keeps to its range', () =>
            assert.throws(() => readWholeNumber({ x: 11 }, 'x', range), invalid(/from 1 to 10/)));
    });

    describe('as a boolean', () => {
        for (const value of [true, 'true', 'TRUE', ' yes ', '1', 1, 'on']) {
            it(`reads ${JSON.stringify(value)} as true`, () =>
                assert.equal(readBoolean({ x: value }, 'x', false), true));
        }
        for (const value of [false, 'false', 'No', '0', 0, 'off']) {
            it(`reads ${JSON.stringify(value)} as false`, () =>
                assert.equal(readBoolean({ x: value }, 'x', true), false));
        }
        for (const value of [undefined, null, '']) {
            it(`takes the fallback for ${JSON.stringify(value)}`, () => {
                assert.equal(readBoolean({ x: value }, 'x', true), true);
                assert.equal(readBoolean({ x: value }, 'x', false), false);
            });
        }
        for (const value of ['maybe', 2, 'ja', {}]) {
            it(`refuses ${JSON.stringify(value)}`, () => {
                assert.throws(() => readBoolean({ x: value }, 'x', true), invalid(/"x" must be true or false/));
            });
        }
    });

    describe('as a choice', () => {
        const choices = ['tls', 'starttls', 'none'] as const;
        it('is one of the choices', () => assert.equal(readChoice({ x: 'none' }, 'x', choices), 'none'));
        it('is the first when empty', () => assert.equal(readChoice({}, 'x', choices), 'tls'));
        for (const value of ['TLS', 'ssl', 'constructor', 5]) {
            it(`refuses ${value}`, () => {
                assert.throws(
                    () => readChoice({ x: value }, 'x', choices),
                    invalid(new RegExp(`"x" must be one of tls, starttls, none, not "${value}"`))
                );
            });
        }
    });

    describe('as a list', () => {
        const cases: Array<[string, unknown, string[]]> = [
            ['an array', ['a', 'b'], ['a', 'b']],
            ['an array with blanks and nothing', [' a ', '', 'b', '  '], ['a', 'b']],
            ['numbers', [1, 2], ['1', '2']],
            ['text with commas', 'a, b,c', ['a', 'b', 'c']],
            ['text with lines', 'a\r\nb\nc', ['a', 'b', 'c']],
            ['text with empty entries', ',a,,', ['a']],
            ['a single word', 'a', ['a']],
            ['a JSON array', ' ["a", "b, c"] ', ['a', 'b, c']],
            ['an empty JSON array', '[]', []],
            ['a JSON array of numbers', '[1,2]', ['1', '2']],
            ['nothing', '', []],
            ['a missing property', undefined, []],
            ['null', null, []],
            // Gmail's folders begin like a JSON array
            ['the folder of a mail provider', '[Gmail]/All Mail', ['[Gmail]/All Mail']],
            ['several such folders', '[Gmail]/All Mail, [Gmail]/Spam', ['[Gmail]/All Mail', '[Gmail]/Spam']]
        ];
        for (const [what, value, list] of cases) {
            it(`reads ${what}`, () => assert.deepEqual(readList({ x: value }, 'x'), list));
        }

        for (const value of ['["a", "b"', '["a" "b"]', '[a, b]']) {
            it(`refuses JSON that is broken: ${value}`, () => {
                assert.throws(() => readList({ x: value }, 'x'), invalid(/"x" is neither a JSON array nor a list/));
            });
        }

        it('refuses an object', () => assert.throws(() => readList({ x: {} }, 'x'), invalid(/"x"/)));
    });
});
