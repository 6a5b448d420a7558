import assert from 'node:assert/strict';
import helper = require('node-red-node-test-helper');
import smtpAccount = require('../../nodes/smtp-account');
import smtpOut = require('../../nodes/smtp-out');
import type { HealthAnswer } from '../../src/runtime/health-route';
import { startSmtpSink, type SmtpSink } from '../support/smtp-sink';
import { useNodeRed } from '../support/helper';
import { createTempFolder, type TempFolder } from '../support/temp-folder';

describe('the health of an smtp-account', () => {
    const red = useNodeRed();
    let sink: SmtpSink;
    let userDir: TempFolder;
    beforeEach(async () => {
        userDir = createTempFolder('sending-health');
        helper.settings({ userDir: userDir.path });
        sink = await startSmtpSink({ users: { anna: 'secret' } });
    });
    afterEach(async () => {
        await red.unload();
        await sink.stop();
        userDir.remove();
    });

    async function load(): Promise<void> {
        const { port } = sink.server.server.address() as { port: number };
        const account = {
            id: 'account',
            type: 'smtp-account',
            name: 'Out',
            host: '127.0.0.1',
            port,
            security: 'starttls',
            verify: false,
            auth: 'password',
            senderAddress: 'anna@example.com',
            recipientsPerDay: '50'
        };
        const flow = [
            { id: 'flow', type: 'tab' },
            account,
            {
                id: 'out',
                z: 'flow',
                type: 'smtp-out',
                account: 'account',
                to: 'to',
                toType: 'msg',
                subject: '',
                subjectType: 'str',
                attempts: 1,
                wires: [['sent'], ['lost']]
            },
            { id: 'sent', z: 'flow', type: 'recorder', wires: [] },
            { id: 'lost', z: 'flow', type: 'recorder', wires: [] }
        ];
        await red.loadFlow([smtpAccount, smtpOut], flow, { account: { user: 'anna', password: 'secret' } });
    }

    async function health(): Promise<HealthAnswer['accounts'][number]> {
        const request = helper.request() as { get(path: string): Promise<{ status: number; body: HealthAnswer }> };
        const { status, body } = await request.get('/mailflow/health');
        assert.equal(status, 200);
        const { accounts } = body;
        const [account] = accounts.filter(({ id }) => id === 'account');
        assert.ok(account);
        return account;
    }

    it('counts what was sent, and tells trouble of the account from trouble of a mail', async () => {
        await load();
        assert.equal((await health()).state, 'unused');

        const before = await health();
        helper.getNode('out').receive({ to: 'ben@example.com, eva@example.com', payload: 'Hello' } as never);
        await red.waitForMessage('sent');
        const sent = await health();
        assert.equal(sent.state, 'ok');
        assert.equal((sent.sent?.recipients ?? 0) - (before.sent?.recipients ?? 0), 2);
        assert.equal(sent.sent?.recipientsPerDay, 50);

        sink.refuse.recipient = () => ({ code: 550, text: 'unknown here' });
        helper.getNode('out').receive({ to: 'nobody@example.com', payload: 'Hello' } as never);
        await red.waitForMessage('lost');
        const refused = await health();
        assert.deepEqual([refused.state, refused.failed], ['ok', 1]);
        assert.match(refused.lastError?.response ?? '', /unknown here/);

        helper.getNode('out').receive({ payload: 'to nobody' } as never);
        await red.waitForMessage('lost', { count: 2 });
        assert.deepEqual([(await health()).state, (await health()).failed], ['ok', 2]);
    });
});
