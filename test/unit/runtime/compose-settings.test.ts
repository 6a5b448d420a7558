import assert from 'node:assert/strict';
import { readComposeSettings } from '../../../src/runtime/compose-settings';

describe('the settings of compose-mail', () => {
    it('are those of the contract when only a text is entered', () => {
        assert.deepEqual(readComposeSettings({ text: 'Thank you.' }), {
            action: 'reply',
            to: null,
            cc: null,
            bcc: null,
            subject: null,
            text: { type: 'str', text: 'Thank you.', field: 'Text of the node' },
            html: null,
            quote: true,
            attachments: false,
            limits: { maxPerSender: 20, perSenderMinutes: 120, maxPerTarget: 30, perTargetMinutes: 10 }
        });
    });

    it('take every field from where its type says', () => {
        const settings = readComposeSettings({
            action: 'forward',
            to: 'person',
            toType: 'msg',
            cc: 'CC',
            ccType: 'env'
        });
        assert.deepEqual(settings.to, { type: 'msg', text: 'person', field: 'msg.person' });
        assert.equal(settings.cc?.type, 'env');
    });

    it('need a recipient for everything but an answer, and words for what says nothing without', () => {
        for (const action of ['forward', 'forward-inline', 'redirect', 'new']) {
            assert.throws(() => readComposeSettings({ action, text: 'x' }), {
                code: 'NOT_CONFIGURED',
                message: /recipient/
            });
        }
        for (const action of ['reply', 'reply-all', 'new']) {
            assert.throws(() => readComposeSettings({ action, to: 'a@x' }), {
                code: 'NOT_CONFIGURED',
                message: /no text/
            });
            assert.ok(readComposeSettings({ action, to: 'a@x', html: '<p>' }));
        }
    });

    it('cannot switch the counters off', () => {
        for (const name of ['maxPerSender', 'perSenderMinutes', 'maxPerTarget', 'perTargetMinutes']) {
            for (const value of [0, -1, 1.5, 'many', 100_000]) {
                assert.throws(() => readComposeSettings({ text: 'x', [name]: value }), { code: 'INVALID_PROPERTY' });
            }
            assert.ok(readComposeSettings({ text: 'x', [name]: '7' }));
        }
    });

    it('refuse an action and a type that do not exist', () => {
        assert.throws(() => readComposeSettings({ text: 'x', action: 'bounce' }), { code: 'INVALID_PROPERTY' });
        assert.throws(() => readComposeSettings({ text: 'x', textType: 'bin' }), { code: 'INVALID_PROPERTY' });
    });
});
