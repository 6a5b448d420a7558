import assert from 'node:assert/strict';
import { MailError } from '../../../src/message/mail-error';
import type { AuthenticationVerdict } from '../../../src/sender/authentication';
import { authenticateMessage, satisfies } from '../../../src/sender/message-authentication';

const TRACE = [{ results: 'mx.example; dmarc=pass header.from=example.com' }];
const FROM = { name: '', address: 'x@example.com' };

function verdict(result: AuthenticationVerdict['result']): AuthenticationVerdict {
    return { result, method: 'dmarc', domain: 'example.com', via: 'authentication-results:mx.example', reasons: [] };
}

describe('the authentication of a message', () => {
    it('is judged from msg.mail as a flow hands it over', () => {
        const result = (mail: object, header: unknown = {}): string =>
            authenticateMessage({ ...mail }, header, ['mx.example']).result;
        assert.equal(result({ from: FROM, trace: TRACE }), 'pass');
        assert.equal(result({ from: FROM, trace: JSON.parse(JSON.stringify(TRACE)) }), 'pass');
        assert.equal(result({ from: null, trace: TRACE }), 'fail');
        for (const trace of [undefined, null, 'x', {}, [null, 5, { results: 5 }, 'mx.example; dmarc=pass']]) {
            assert.equal(result({ from: FROM, trace }, null), 'unknown');
        }
    });

    it('knows the marks of a Microsoft tenant by the names of the fields', () => {
        const mail = {
            from: FROM,
            trace: [{ results: 'spf=pass smtp.mailfrom=x; dmarc=pass header.from=example.com' }]
        };
        const result = (header: object): string => authenticateMessage(mail, header, ['microsoft365']).result;
        assert.equal(result({ 'x-ms-exchange-organization-authsource': 'a' }), 'pass');
        assert.equal(result({ 'x-ms-exchange-crosstenant-id': 'a' }), 'pass');
        assert.equal(result({ 'x-ms-exchange-organization': 'a', subject: 'x-ms-exchange-crosstenant-id' }), 'unknown');
    });

    it('is enough by the policy', () => {
        const results = ['pass', 'none', 'unknown', 'fail'] as const;
        const allowed = (policy: 'off' | 'prefer' | 'require'): string[] =>
            results.filter(result => satisfies(verdict(result), policy));
        assert.deepEqual(allowed('require'), ['pass']);
        assert.deepEqual(allowed('prefer'), ['pass', 'none', 'unknown']);
        assert.deepEqual(allowed('off'), [...results]);
        assert.ok(satisfies(verdict('temperror'), 'prefer'));
    });

    it('is an error to be tried again when a pass is required and the server could not find out', () => {
        assert.throws(
            () => satisfies(verdict('temperror'), 'require'),
            (error: MailError) =>
                error.kind === 'temporary' &&
                error.code === 'AUTHENTICATION_UNDECIDED' &&
                /"example\.com".*mx\.example.*second output/.test(error.message)
        );
    });
});
