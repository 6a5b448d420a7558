import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import helper = require('node-red-node-test-helper');
import ackMail = require('../../nodes/ack-mail');
import flagMail = require('../../nodes/flag-mail');
import imapAccount = require('../../nodes/imap-account');
import imapIn = require('../../nodes/imap-in');
import markUnseen = require('../../nodes/mark-unseen');
import type { MailMessage } from '../../src/message/types';
import { startDovecot, type Dovecot } from '../support/dovecot';
import { useNodeRed } from '../support/helper';
import { buildMail } from '../support/mail-builder';
import { requireServer } from '../support/require-server';
import { createTempFolder, type TempFolder } from '../support/temp-folder';
import { startProxy, type TcpProxy } from '../support/tcp-proxy';

const NODES = [imapAccount, imapIn, markUnseen, flagMail, ackMail];
const PASSWORD = 'Geheim-4711';

describe('the IMAP nodes on Dovecot', function () {
    this.timeout(30_000);
    const red = useNodeRed();
    let dovecot: Dovecot;
    let proxy: TcpProxy;
    let userDir: TempFolder;

    before(async function () {
        requireServer(this, 'dovecot');
        dovecot = await startDovecot({ users: { anna: PASSWORD } });
        proxy = await startProxy(dovecot);
    });
    after(async () => {
        await proxy?.stop();
        await dovecot?.stop();
    });
    beforeEach(() => {
        userDir = createTempFolder('user-dir');
        helper.settings({ userDir: userDir.path });
        proxy.forgetCommands();
    });
    afterEach(async () => {
        await red.unload();
        userDir.remove();
        await dovecot.doveadm('expunge', '-u', 'anna', 'mailbox', 'INBOX', 'all');
    });

    const credentials = { account: { user: 'anna', password: PASSWORD } };
    const account = (more: object = {}): { id: string; type: string } & Record<string, unknown> => ({
        id: 'account',
        type: 'imap-account',
        name: 'Office',
        host: proxy.host,
        port: proxy.port,
        security: 'none',
        ...more
    });
    const flow = (
        between: Array<{ id: string; type: string } & Record<string, unknown>>,
        input: object = {},
        acc: object = {}
    ) => [
        { id: 'tab', type: 'tab' },
        account(acc),
        {
            id: 'in',
            z: 'tab',
            type: 'imap-in',
            account: 'account',
            start: 'all',
            ack: 'flow',
            wires: [[between[0]?.id ?? 'out'], ['given-up']],
            ...input
        },
        ...between.map((node, index) => ({ z: 'tab', wires: [[between[index + 1]?.id ?? 'out']], ...node })),
        { id: 'on-error', z: 'tab', type: 'catch', wires: [['caught']] },
        { id: 'caught', z: 'tab', type: 'recorder' },
        { id: 'out', z: 'tab', type: 'recorder' },
        { id: 'given-up', z: 'tab', type: 'recorder' }
    ];
    const mail = (parts: object = {}): Buffer =>
        buildMail({
            from: 'Portal <noreply@channel.machineseeker.com>',
            subject: 'Anfrage',
            text: 'Guten Tag',
            ...parts
        });

    it('emit a mail in the fields of the contract, and show contact and count', async () => {
        await dovecot.fill('anna', 'INBOX', [mail({ to: 'anna@example.com', replyTo: 'Käufer <k@example.org>' })]);
        await red.loadFlow(NODES, flow([]), credentials);
        const message = await red.waitForMessage<MailMessage>('out');
        assert.equal(message.payload.trim(), 'Guten Tag');
        assert.equal(message.topic, 'Anfrage');
        assert.equal(message.from, 'noreply@channel.machineseeker.com');
        assert.ok(message.date instanceof Date);
        assert.equal('to' in message, false);
        assert.equal(typeof message._msgid, 'string');
        const { ref } = message.mail;
        assert.deepEqual({ ...ref, uidValidity: '' }, { account: 'account', folder: 'INBOX', uidValidity: '', uid: 1 });
        assert.deepEqual(JSON.parse(JSON.stringify(message.mail)), message.mail);
        await red.waitForStatus('in', /^1 · \d\d:\d\d$/);
    });

    it('mark a mail unseen and leave its other flags alone', async () => {
        await dovecot.fill('anna', 'INBOX', [mail()]);
        await dovecot.doveadm('flags', 'add', '-u', 'anna', '\\Seen \\Flagged', 'mailbox', 'INBOX', 'all');
        await red.loadFlow(NODES, flow([{ id: 'unseen', type: 'mark-unseen' }]), credentials);
        const message = await red.waitForMessage<MailMessage>('out');
        assert.deepEqual(message.mail.flags, ['\\Flagged']);
        assert.deepEqual([...(await dovecot.flags('anna', 'INBOX')).values()], [['\\Flagged']]);
        const stores = proxy.commands().filter(command => /^UID STORE/.test(command));
        assert.deepEqual(stores, [`UID STORE ${message.mail.ref.uid} -FLAGS (\\Seen)`]);
    });

    it('send no STORE when the mail is unseen already', async () => {
        await dovecot.fill('anna', 'INBOX', [mail()]);
        await red.loadFlow(NODES, flow([{ id: 'unseen', type: 'mark-unseen' }]), credentials);
        await red.waitForMessage('out');
        assert.ok(proxy.commands().every(command => !/^UID STORE/.test(command)));
    });

    it('add and remove flags and keywords', async () => {
        await dovecot.fill('anna', 'INBOX', [mail()]);
        await dovecot.doveadm('flags', 'add', '-u', 'anna', '\\Answered old', 'mailbox', 'INBOX', 'all');
        const node = { id: 'flag', type: 'flag-mail', add: ['\\flagged', '$Imported'], remove: ['old'] };
        await red.loadFlow(NODES, flow([node]), credentials);
        await red.waitForMessage('out');
        const [flags = []] = [...(await dovecot.flags('anna', 'INBOX')).values()];
        assert.deepEqual([...flags].sort(), ['$Imported', '\\Answered', '\\Flagged']);
    });

    it('say that a mail is gone, and try it no more than told', async () => {
        await dovecot.fill('anna', 'INBOX', [mail()]);
        await red.loadFlow(NODES, flow([{ id: 'holding', type: 'recorder', outcome: 'hold' }]), credentials);
        const message = await red.waitForMessage('holding');
        await dovecot.doveadm('expunge', '-u', 'anna', 'mailbox', 'INBOX', 'all');
        await red.deploy(
            [
                { id: 'tab', type: 'tab' },
                account(),
                { id: 'unseen', z: 'tab', type: 'mark-unseen', wires: [['out']] },
                { id: 'on-error', z: 'tab', type: 'catch', wires: [['caught']] },
                { id: 'caught', z: 'tab', type: 'recorder' },
                { id: 'out', z: 'tab', type: 'recorder' }
            ],
            'full',
            credentials
        );
        red.node('unseen').receive(message);
        const caught = await red.waitForMessage<{ error: { message: string } }>('caught');
        assert.match(caught.error.message, /Office: fetch failed: the mail with UID \d+ is no longer in "INBOX"/);
        assert.equal(red.recorded('out').length, 0);
    });

    it('refuse a mail of a folder that was renewed since', async () => {
        await dovecot.fill('anna', 'INBOX', [mail()]);
        await red.loadFlow(NODES, flow([{ id: 'unseen', type: 'mark-unseen' }], { account: '' }), credentials);
        const ref = { account: 'account', folder: 'INBOX', uidValidity: '1', uid: 1 };
        red.node('unseen').receive({ mail: { ref } } as never);
        const caught = await red.waitForMessage<{ error: { message: string } }>('caught');
        assert.match(caught.error.message, /was renewed \(UIDVALIDITY \d+, the mail was read under 1\)/);
    });

    it('refuse to change flags on an account that may only read, without opening the folder for writing', async () => {
        await dovecot.fill('anna', 'INBOX', [mail()]);
        const node = { id: 'unseen', type: 'mark-unseen' };
        await red.loadFlow(NODES, flow([node], {}, { rights: ['read'] }), credentials);
        const caught = await red.waitForMessage<{ error: { message: string; code: string } }>('caught');
        assert.match(
            caught.error.message,
            /Office: configure failed: this account does not allow flows to change flags/
        );
        assert.ok(proxy.commands().some(command => /^EXAMINE/.test(command)));
        assert.ok(proxy.commands().every(command => !/^SELECT|^UID STORE/.test(command)));
    });

    it('name what is missing instead of throwing', async () => {
        await red.loadFlow(
            NODES,
            flow([{ id: 'flag', type: 'flag-mail', add: [], remove: [] }], { account: 'nowhere' })
        );
        await red.waitForStatus('in', /imap-in\.status\.not-configured/);
        assert.match(String(red.errors('in')[0]?.[0]), /no account is chosen/);
        red.node('flag').receive({ payload: 'no mail' });
        const caught = await red.waitForMessage<{ error: { message: string } }>('caught');
        assert.match(caught.error.message, /there is no flag to add or remove/);
    });

    it('show a wrong password as such, and never its text', async () => {
        await red.loadFlow(NODES, flow([]), { account: { user: 'anna', password: 'Wr0ng-Secret' } });
        await red.waitForStatus('in', /imap-in\.status\.wrong-credentials/);
        const told = JSON.stringify([red.warnings('in'), red.errors('in'), red.statuses('in')]);
        assert.match(told, /rejected user name or password/);
        assert.doesNotMatch(told, /Wr0ng-Secret/);
    });

    it('report an unset environment variable by its name', async () => {
        await red.loadFlow(NODES, flow([], {}, { host: '${MAILFLOW_TEST_UNSET}' }), credentials);
        assert.match(String(red.errors('account')[0]?.[0]), /MAILFLOW_TEST_UNSET, which is not set/);
        await red.waitForStatus('in', /not-configured/);
    });

    it('refuse a wrong pattern and a wrong search when they are deployed', async () => {
        await red.loadFlow(NODES, flow([], { senders: ['*@*'] }), credentials);
        assert.match(String(red.errors('in')[0]?.[0]), /\*@\*/);
        await red.unload();
        await red.loadFlow(NODES, flow([], { search: '{"unread": true}' }), credentials);
        assert.match(String(red.errors('in')[0]?.[0]), /search\.unread is not known/);
        assert.equal(proxy.commands().filter(command => /EXAMINE/.test(command)).length, 0);
    });

    it('take no mail before the attachments folder can be written', async () => {
        await dovecot.fill('anna', 'INBOX', [mail()]);
        const input = { attachments: 'file', attachmentsDir: '/proc/mailflow' };
        await red.loadFlow(NODES, flow([], input), credentials);
        await red.waitForStatus('in', /imap-in\.status\.attachments/);
        assert.equal(red.recorded('out').length, 0);
        assert.match(JSON.stringify(red.warnings('in')), /attachments folder .*\/proc\/mailflow.* cannot be written/);
    });

    it('give a failing mail up on the second output, with the reason', async () => {
        await dovecot.fill('anna', 'INBOX', [mail()]);
        const input = { attempts: 1, afterFailure: 'keyword', afterFailureValue: '$Failed' };
        await red.loadFlow(
            NODES,
            flow([{ id: 'failing', type: 'recorder', outcome: 'fail' }], input).filter(({ id }) => id !== 'on-error'),
            credentials
        );
        const message = await red.waitForMessage<MailMessage & { error: { message: string; code: string } }>(
            'given-up'
        );
        assert.equal(message.error.code, 'FLOW_FAILED');
        assert.match(message.error.message, /the recorder fails on purpose/);
        assert.equal(message.topic, 'Anfrage');
        await red.waitForStatus('in', /^1 · /);
        await red.unload();
        assert.deepEqual([...(await dovecot.flags('anna', 'INBOX')).values()], [['$Failed']]);
    });

    it('wait for ack-mail, over a lost connection, and act on the mail only then', async () => {
        await dovecot.fill('anna', 'INBOX', [mail({ messageId: '<a@x>' }), mail({ messageId: '<b@x>' })]);
        const input = { ack: 'node', attempts: 1, afterSuccess: 'keyword', afterSuccessValue: '$Done' };
        const ack = { type: 'ack-mail', z: 'tab', reason: 'error.message', reasonType: 'msg', wires: [] };
        const nodes = [
            ...flow([], { ...input, afterFailure: 'keyword', afterFailureValue: '$Failed' }),
            { id: 'done', outcome: 'success', ...ack },
            { id: 'failed', outcome: 'failure', ...ack }
        ];
        await red.loadFlow(NODES, nodes, credentials);
        await red.waitForMessage('out', { count: 2 });
        const [first, second] = red.recorded('out').map(({ msg }) => (msg as unknown as MailMessage).mail.delivery);
        proxy.cut();
        assert.deepEqual([...(await dovecot.flags('anna', 'INBOX')).values()], [[], []]);
        const answer = (delivery: unknown): never => JSON.parse(JSON.stringify({ mail: { delivery } })) as never;
        red.node('done').receive(answer(first));
        red.node('failed').receive(answer(second));
        await red.waitForMessage('given-up');
        await red.waitForStatus('in', /^2 · /);
        await red.unload();
        assert.deepEqual([...(await dovecot.flags('anna', 'INBOX')).values()], [['$Done'], ['$Failed']]);
    });

    it('emit nothing again after a full deploy, and no connection outlives it', async () => {
        await dovecot.fill('anna', 'INBOX', [mail()]);
        await red.loadFlow(NODES, flow([{ id: 'unseen', type: 'mark-unseen' }]), credentials);
        await red.waitForMessage('out');
        await red.waitForStatus('in', /^1 · /);
        await red.deploy(flow([{ id: 'unseen', type: 'mark-unseen' }]), 'full', credentials);
        await dovecot.deliver('anna', 'INBOX', mail({ subject: 'neu' }));
        const message = await red.waitForMessage('out', { count: 2 });
        assert.equal(message.topic, 'neu');
        await red.unload();
        await proxy.waitForOpenConnections(0);
    });
});
