import assert from 'node:assert/strict';
import { cleanResponse, leafCause, MailError, MailErrorCode, redact } from '../../../src/message/mail-error';

describe('MailError', () => {
    const parts = {
        code: MailErrorCode.ServerRefused,
        kind: 'permanent',
        step: 'store',
        problem: 'the server refused the command'
    } as const;

    it('says which account, which step, what the server said and what to do', () => {
        const error = new MailError({
            ...parts,
            account: 'Shop mail',
            response: 'quota exceeded',
            remedy: 'Make room.'
        });
        assert.equal(
            error.message,
            'Shop mail: store failed: the server refused the command. The server said: "quota exceeded". Make room.'
        );
    });

    it('leaves out what is not known', () => {
        const error = new MailError(parts);
        assert.equal(error.message, 'store failed: the server refused the command.');
        assert.deepEqual([error.account, error.response, error.retryAfterMs], ['', '', 0]);
        assert.equal('cause' in error, false);
    });

    it('keeps what code decides by, and its cause', () => {
        const cause = new Error('inner');
        const error = new MailError({ ...parts, cause, retryAfterMs: 5000 });
        assert.deepEqual(
            [error.name, error.code, error.kind, error.step, error.retryAfterMs, error.cause],
            ['MailError', 'SERVER_REFUSED', 'permanent', 'store', 5000, cause]
        );
        assert.ok(error instanceof Error);
    });

    it('cuts the words of a server that talks too much', () => {
        const error = new MailError({ ...parts, response: 'x'.repeat(1_000_000) });
        assert.ok(error.message.length < 500);
    });

    // a folder name from a server, or a property from a flow, ends up in the problem as well
    it('is one line, whatever the problem, the account and the remedy contain', () => {
        const forged = 'x\r\n24 Nov 04:00:00 - [info] all is well\u001b[2J\u202e';
        const error = new MailError({ ...parts, problem: forged, account: forged, remedy: forged });
        assert.doesNotMatch(error.message, /[\p{Cc}\u202e]/u);
        assert.match(error.message, /all is well/);
    });
});

describe('cleanResponse', () => {
    const cases: Array<[string, string, string]> = [
        ['makes one line of several', 'no\r\nsuch\tmailbox', 'no such mailbox'],
        ['takes out control characters, with which a terminal could be led', 'a\u001b[31mb\0c', 'a [31mb c'],
        ['takes out characters that turn the direction of writing', 'a\u202eb\u200fc', 'a b c'],
        ['trims', '  no \n', 'no'],
        ['keeps letters of all languages', 'Ordner „Büro“ 不存在', 'Ordner „Büro“ 不存在'],
        ['gives nothing for nothing', ' \r\n', '']
    ];
    for (const [what, text, clean] of cases) {
        it(what, () => assert.equal(cleanResponse(text), clean));
    }

    it('keeps 300 characters', () => assert.equal(cleanResponse('x'.repeat(300)), 'x'.repeat(300)));

    it('cuts after 300 and shows that it did', () => {
        assert.equal(cleanResponse('x'.repeat(301)), `${'x'.repeat(300)}…`);
    });
});

describe('redact', () => {
    it('replaces every occurrence', () => assert.equal(redact('a secret, secret', ['secret']), 'a ***, ***'));

    it('takes a secret literally', () => {
        assert.equal(redact('pw $&.* and abc', ['$&.*']), 'pw *** and abc');
    });

    it('ignores an empty secret', () => assert.equal(redact('text', ['']), 'text'));

    it('replaces several', () => assert.equal(redact('one two three', ['one', 'three']), '*** two ***'));

    // "abc" first would leave "***def" and so the rest of the longer secret
    it('replaces a secret that contains another one completely', () => {
        assert.equal(redact('pw abcdef', ['abc', 'abcdef']), 'pw ***');
    });
});

describe('leafCause', () => {
    it('gives an error without a cause itself', () => {
        const error = new Error('x');
        assert.equal(leafCause(error), error);
    });

    it('gives the innermost cause', () => {
        const leaf = new Error('connect ECONNREFUSED 127.0.0.1:993');
        assert.equal(leafCause(new Error('a', { cause: new Error('b', { cause: leaf }) })), leaf);
    });

    it('looks into the first of several errors', () => {
        const leaf = new Error('first');
        assert.equal(leafCause(new AggregateError([leaf, new Error('second')], 'all failed')), leaf);
    });

    it('stays with an error whose cause is no error', () => {
        const error = new Error('x', { cause: 'text' });
        assert.equal(leafCause(error), error);
    });

    it('stays with an error that gathered nothing', () => {
        const error = new AggregateError([], 'none');
        assert.equal(leafCause(error), error);
    });

    it('gives anything else back', () => {
        assert.equal(leafCause('text'), 'text');
        assert.equal(leafCause(undefined), undefined);
    });

    it('ends although a chain leads back to itself', () => {
        const error = new Error('a');
        error.cause = new Error('b', { cause: error });
        assert.ok(leafCause(error) instanceof Error);
    });
});
