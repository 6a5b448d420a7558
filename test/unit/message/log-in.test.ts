import assert from 'node:assert/strict';
import { logIn } from '../../../src/message/log-in';
import { MailError } from '../../../src/message/mail-error';
import type { GivenLogin, TokenLogin } from '../../../src/message/server-settings';

const rejection = new MailError({ code: 'CREDENTIALS_REJECTED', kind: 'credentials', step: 'login', problem: 'no' });
const final = new MailError({ code: 'TOKEN_REJECTED', kind: 'credentials', step: 'login', problem: 'never' });
const lost = new MailError({ code: 'CONNECTION_LOST', kind: 'temporary', step: 'login', problem: 'gone' });

function tokenLogin(calls: string[]): TokenLogin {
    return {
        user: 'anna',
        tokens: {
            token: async () => 'first',
            renew: async rejected => {
                calls.push(`renew ${rejected}`);
                return 'second';
            },
            refused: error => {
                calls.push(`refused ${error.code}`);
                return final;
            }
        }
    };
}

describe('a login', () => {
    let calls: string[];
    beforeEach(() => (calls = []));

    /** Fails with what the outcomes say, one for each attempt. */
    function attempt(...outcomes: Array<MailError | null>) {
        return async (given: GivenLogin | null): Promise<string> => {
            calls.push(given && 'accessToken' in given ? given.accessToken : JSON.stringify(given));
            const error = outcomes.shift();
            if (error) {
                throw error;
            }
            return 'in';
        };
    }

    it('is given as it is when there is a password, or none', async () => {
        const password = { user: 'anna', password: 'x' };
        assert.equal(await logIn(password, attempt()), 'in');
        assert.equal(await logIn(null, attempt()), 'in');
        assert.deepEqual(calls, [JSON.stringify(password), 'null']);
        await assert.rejects(logIn(password, attempt(rejection)), rejection);
    });

    it('is tried once more with a renewed token', async () => {
        assert.equal(await logIn(tokenLogin(calls), attempt(rejection)), 'in');
        assert.deepEqual(calls, ['first', 'renew first', 'second']);
    });

    it('ends with the second rejection', async () => {
        await assert.rejects(logIn(tokenLogin(calls), attempt(rejection, rejection)), final);
        assert.deepEqual(calls, ['first', 'renew first', 'second', 'refused CREDENTIALS_REJECTED']);
    });

    it('renews nothing for a failure of another kind', async () => {
        await assert.rejects(logIn(tokenLogin(calls), attempt(lost)), lost);
        assert.deepEqual(calls, ['first']);
        await assert.rejects(logIn(tokenLogin(calls), attempt(rejection, lost)), lost);
        assert.ok(!calls.some(call => call.startsWith('refused')));
    });
});
