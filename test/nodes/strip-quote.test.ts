import assert from 'node:assert/strict';
import stripQuote = require('../../nodes/strip-quote');
import type { StrippedReply } from '../../src/compose/strip-quote';
import { useNodeRed } from '../support/helper';

interface Stripped {
    payload: string;
    mail: { text: string; reply: StrippedReply };
}

const TEXT = 'Yes.\n\n-- \nOwen\n\n> One?';

describe('strip-quote', () => {
    const red = useNodeRed();

    async function start(properties: object = {}): Promise<void> {
        await red.loadFlow(stripQuote, [
            { id: 'tab', type: 'tab' },
            { id: 'strip', z: 'tab', type: 'strip-quote', wires: [['out']], ...properties },
            { id: 'on-error', z: 'tab', type: 'catch', wires: [['caught']] },
            { id: 'caught', z: 'tab', type: 'recorder' },
            { id: 'out', z: 'tab', type: 'recorder' }
        ]);
    }

    it('passes on what the person wrote, and keeps the rest beside it', async () => {
        await start();
        red.node('strip').receive({ payload: TEXT, mail: { messageId: '<1@example.com>' } } as never);
        const { payload, mail } = await red.waitForMessage<Stripped>('out');
        assert.equal(payload, 'Yes.');
        assert.deepEqual(mail, {
            messageId: '<1@example.com>',
            text: TEXT,
            reply: { text: 'Yes.', quoted: '> One?', signature: '-- \nOwen', confidence: 'medium' }
        });
    });

    it('leaves the signature where it is, also when the environment says so', async () => {
        for (const signature of [false, 'false', '0']) {
            await start({ signature });
            red.node('strip').receive({ payload: TEXT });
            assert.equal((await red.waitForMessage<Stripped>('out')).payload, 'Yes.\n\n-- \nOwen');
            await red.unload();
        }
    });

    it('fails a message without text, and shows it', async () => {
        await start();
        red.node('strip').receive({ payload: { a: 1 } });
        const caught = await red.waitForMessage<{ error: { message: string } }>('caught');
        assert.match(caught.error.message, /msg\.payload is not the text of a mail/);
        await red.waitForStatus('strip', /strip-quote\.status\.failed/);
        assert.deepEqual(red.recorded('out'), []);
    });
});
