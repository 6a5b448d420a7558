import assert from 'node:assert/strict';
import helper = require('node-red-node-test-helper');
import ackMail = require('../../nodes/ack-mail');
import imapAccount = require('../../nodes/imap-account');
import imapIn = require('../../nodes/imap-in');
import type { MailMessage } from '../../src/message/types';
import { startEmbeddedImap, type EmbeddedImap } from '../support/embedded-imap';
import { useNodeRed } from '../support/helper';
import { buildMail } from '../support/mail-builder';
import { createTempFolder, type TempFolder } from '../support/temp-folder';

type TestNode = { id: string; type: string } & Record<string, unknown>;
type Failed = MailMessage & { error: { message: string; code?: string } };

const NODES = [imapAccount, imapIn, ackMail];
const CREDENTIALS = { account: { user: 'anna', password: 'secret' } };

describe('ack-mail', function () {
    this.timeout(30_000);
    const red = useNodeRed();
    let imap: EmbeddedImap;
    let userDir: TempFolder;

    beforeEach(async () => {
        imap = await startEmbeddedImap();
        userDir = createTempFolder('user-dir');
        helper.settings({ userDir: userDir.path });
    });
    afterEach(async () => {
        await red.unload();
        await imap.close();
        userDir.remove();
    });

    /** Mails end in the recorder "out"; "done" and "failed" are told what became of them, from outside the flow. */
    function flow(input: object = {}, failed: object = {}): TestNode[] {
        const account = { type: 'imap-account', host: imap.host, port: imap.port, security: 'none' };
        const on = { z: 'tab', x: 0, y: 0, wires: [] };
        const settings = { account: 'account', start: 'all', ack: 'node', ...input };
        const reason = { reason: 'error.message', reasonType: 'msg' };
        return [
            { id: 'tab', type: 'tab' },
            { id: 'account', ...account },
            { ...on, id: 'in', type: 'imap-in', ...settings, wires: [['out'], ['given-up']] },
            { ...on, id: 'out', type: 'recorder' },
            { ...on, id: 'given-up', type: 'recorder' },
            { ...on, id: 'done', type: 'ack-mail', outcome: 'success', ...reason },
            { ...on, id: 'failed', type: 'ack-mail', outcome: 'failure', ...reason, ...failed },
            { ...on, id: 'catch', type: 'catch', scope: null, wires: [['caught']] },
            { ...on, id: 'caught', type: 'recorder' }
        ];
    }

    function send(id: string, message: object): void {
        red.node(id).receive(message as never);
    }

    /** What a message is after it has been somewhere else: plain JSON, with the delivery id and nothing more. */
    function fromOutside({ mail }: MailMessage, more: object = {}): object {
        return JSON.parse(JSON.stringify({ payload: 'answer', ...more, mail: { delivery: mail.delivery } })) as object;
    }

    async function firstMail(input: object = {}, failed: object = {}): Promise<MailMessage> {
        imap.appendMessage('INBOX', buildMail({ subject: 'order' }));
        await red.loadFlow(NODES, flow(input, failed), CREDENTIALS);
        return red.waitForMessage<MailMessage>('out');
    }

    it('settles the mail that came back as JSON, and nothing before that does', async () => {
        const mail = await firstMail({ afterSuccess: 'keyword', afterSuccessValue: '$Ordered' });
        await red.waitForStatus('in', /^0 · /);
        assert.deepEqual(imap.mails('INBOX')[0]?.flags, []);
        send('done', fromOutside(mail));
        await red.waitForStatus('in', /^1 · /);
        assert.deepEqual(imap.mails('INBOX')[0]?.flags, ['$Ordered']);
        assert.equal(red.recorded('caught').length, 0);
    });

    it('gives a mail up with the reason when every attempt has failed', async () => {
        const mail = await firstMail({ attempts: 1 });
        send('failed', fromOutside(mail, { error: { message: 'out of stock' } }));
        const givenUp = await red.waitForMessage<Failed>('given-up');
        assert.match(givenUp.error.message, /out of stock/);
        assert.equal(givenUp.topic, 'order');
        await red.waitForStatus('in', /^1 · /);
    });

    it('brings a mail again that has failed, under another id', async () => {
        const mail = await firstMail();
        send('failed', fromOutside(mail));
        const again = await red.waitForMessage<MailMessage>('out', { count: 2, timeoutMs: 20_000 });
        assert.equal(again.mail.delivery.attempt, 2);
        assert.notEqual(again.mail.delivery.id, mail.mail.delivery.id);
        // the answer to the first try is not one to the second
        send('done', fromOutside(mail));
        const caught = await red.waitForMessage<Failed>('caught');
        assert.match(caught.error.message, /the opposite was said of this mail before/);
        send('done', fromOutside(again));
        await red.waitForStatus('in', /^1 · /);
    });

    const REASONS: Array<[string, object, object, RegExp]> = [
        ['a text of the node', { reason: 'no luck', reasonType: 'str' }, {}, /: no luck/],
        ['a whole error', { reason: 'error', reasonType: 'msg' }, { error: { message: 'deep' } }, /: deep/],
        ['other data', { reason: 'payload', reasonType: 'msg' }, { payload: { code: 7 } }, /: \{"code":7\}/],
        ['a number', { reason: 'payload', reasonType: 'msg' }, { payload: 404 }, /: 404/],
        ['nothing', { reason: 'missing', reasonType: 'msg' }, {}, /the flow reported a failure/],
        ['no property at all', { reason: '', reasonType: 'msg' }, {}, /the flow reported a failure/],
        ['an expression that fails', { reason: '$sum("x")', reasonType: 'jsonata' }, {}, /the flow reported a failure/],
        [
            'a page of it, cut short',
            { reason: 'payload', reasonType: 'msg' },
            { payload: 'x'.repeat(1e6) },
            /: x{500}\.?$/
        ]
    ];
    for (const [what, properties, message, expected] of REASONS) {
        it(`takes as the reason ${what}`, async () => {
            const mail = await firstMail({ attempts: 1 }, properties);
            send('failed', fromOutside(mail, message));
            assert.match((await red.waitForMessage<Failed>('given-up')).error.message, expected);
        });
    }

    it('does not mind an answer that comes twice', async () => {
        const mail = await firstMail();
        send('done', fromOutside(mail));
        send('done', fromOutside(mail));
        await red.waitForStatus('in', /^1 · /);
        send('done', fromOutside(mail));
        send('done', { payload: 'no mail' });
        const caught = await red.waitForMessage<Failed>('caught');
        assert.match(caught.error.message, /no msg\.mail\.delivery\.id/, 'the first one that is an error');
    });

    it('says that the answer came too late, and the mail comes again', async () => {
        const mail = await firstMail({ timeout: 1 });
        await red.waitForStatus('in', /^0 · /);
        await new Promise(resolve => setTimeout(resolve, 1_100));
        send('done', fromOutside(mail));
        const caught = await red.waitForMessage<Failed>('caught');
        assert.match(caught.error.message, /the time limit of the mail was over.*Raise the time limit/);
        assert.equal(caught.error.code ?? 'ACK_REFUSED', 'ACK_REFUSED');
        await red.waitForStatus('done', /ack-mail\.status\.failed/);
        await red.waitForMessage('out', { count: 2, timeoutMs: 20_000 });
    });

    it('says that nobody waits when the mail is followed through the flow', async () => {
        imap.appendMessage('INBOX', buildMail());
        const nodes = flow({ ack: 'flow' }).map(node => (node.id === 'out' ? { ...node, outcome: 'hold' } : node));
        await red.loadFlow(NODES, nodes, CREDENTIALS);
        send('done', fromOutside(await red.waitForMessage<MailMessage>('out')));
        const caught = await red.waitForMessage<Failed>('caught');
        assert.match(caught.error.message, /done when the flow has finished.*choose that a mail is done when an ack/);
    });

    const STRANGE = [undefined, null, 5, 'text', {}, { delivery: null }, { delivery: {} }, { delivery: { id: 7 } }];
    it('refuses what names no mail, and ids that nobody gave', async () => {
        await red.loadFlow(NODES, flow(), CREDENTIALS);
        for (const [index, mail] of STRANGE.entries()) {
            send('done', { mail });
            const caught = await red.waitForMessage<Failed>('caught', { count: index + 1 });
            assert.match(caught.error.message, /no msg\.mail\.delivery\.id/);
        }
        send('done', { mail: { delivery: { id: 'made-up' } } });
        const caught = await red.waitForMessage<Failed>('caught', { count: STRANGE.length + 1 });
        assert.match(caught.error.message, /no imap-in of this runtime waits for the mail/);
    });

    it('says at once that it is set up wrongly, and again with every message', async () => {
        await red.loadFlow(NODES, flow({}, { outcome: 'perhaps' }), CREDENTIALS);
        await red.waitForStatus('failed', /not-configured/);
        assert.match(String(red.errors('failed')[0]?.[0]), /"outcome" must be one of success, failure/);
        send('failed', { mail: { delivery: { id: 'x' } } });
        const caught = await red.waitForMessage<Failed>('caught');
        assert.match(caught.error.message, /"outcome" must be one of/);
    });

    it('does not let errors of the flow decide', async () => {
        imap.appendMessage('INBOX', buildMail());
        const nodes = flow().map(node => (node.id === 'out' ? { ...node, outcome: 'fail' } : node));
        await red.loadFlow(NODES, nodes, CREDENTIALS);
        const mail = await red.waitForMessage<MailMessage>('out');
        send('done', fromOutside(mail));
        await red.waitForStatus('in', /^1 · /);
        assert.equal(red.recorded('out').length, 1);
    });

    describe('over deploys', () => {
        it('settles a mail whose imap-in was deployed anew meanwhile', async () => {
            const mail = await firstMail();
            await red.deploy(flow({ name: 'changed' }), 'nodes', CREDENTIALS);
            await red.waitForStatus('in', /^0 · /);
            send('done', fromOutside(mail));
            await red.waitForStatus('in', /^1 · /);
            assert.equal(red.recorded('out').length, 1);
        });

        // a node may need hours to connect after a deploy, and answers come all the same
        for (const outcome of ['done', 'failed'] as const) {
            it(`takes the answer over that came while no imap-in was there: ${outcome}`, async () => {
                const mail = await firstMail({ attempts: 1 });
                const nodes = flow({ attempts: 1 });
                const without = nodes.filter(node => node.id !== 'in');
                await red.deploy(without, 'nodes', CREDENTIALS);
                send(outcome, fromOutside(mail));
                await red.deploy(nodes, 'nodes', CREDENTIALS);
                await red.waitForStatus('in', /^1 · /);
                assert.equal(red.recorded('out').length, 1, 'it is not emitted again');
                assert.equal(red.recorded('given-up').length, outcome === 'failed' ? 1 : 0);
            });
        }
    });
});
