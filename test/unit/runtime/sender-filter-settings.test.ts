import assert from 'node:assert/strict';
import { readSenderFilterSettings } from '../../../src/runtime/sender-filter-settings';

const SENDERS = { senders: ['*@example.com'] };

describe('the settings of filter-sender', () => {
    it('require a pass once a server is named, and prefer it before, as flows do that were saved earlier', () => {
        const policy = (saved: object): string => readSenderFilterSettings({ ...SENDERS, ...saved }).authentication;
        assert.equal(policy({}), 'prefer');
        assert.equal(policy({ authentication: '', authservIds: [] }), 'prefer');
        assert.equal(policy({ authservIds: ['mx.example'] }), 'require');
        assert.equal(policy({ authentication: 'prefer', authservIds: ['mx.example'] }), 'prefer');
        assert.equal(policy({ authentication: 'off', authservIds: ['mx.example'] }), 'off');
    });

    it('take ids from a list or one text, in lower case', () => {
        const { authservIds } = readSenderFilterSettings({ ...SENDERS, authservIds: 'MX.example, microsoft365' });
        assert.deepEqual(authservIds, ['mx.example', 'microsoft365']);
    });

    it('are refused when no mail could ever pass, and when an id is none', () => {
        assert.throws(() => readSenderFilterSettings({ ...SENDERS, authentication: 'require' }), /no server is named/);
        for (const id of ['mx.example; dmarc=pass', 'mx example', '(mx)', '"mx"', 'a=b', 'x'.repeat(254)]) {
            assert.throws(() => readSenderFilterSettings({ ...SENDERS, authservIds: [id] }), /no authserv-id/, id);
        }
        assert.throws(() => readSenderFilterSettings({ ...SENDERS, authentication: 'always' }), /must be one of/);
    });
});
