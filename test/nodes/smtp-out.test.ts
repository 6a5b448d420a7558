import assert from 'node:assert/strict';
import type { EventEmitter } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import helper = require('node-red-node-test-helper');
import smtpAccount = require('../../nodes/smtp-account');
import smtpOut = require('../../nodes/smtp-out');
import { MailErrorCode } from '../../src/message/mail-error';
import type { ErrorInfo } from '../../src/runtime/error-info';
import type { SentInfo } from '../../src/smtp/submission';
import { SILENCE, startSmtpPeer, type SmtpPeer, type SmtpScript } from '../support/smtp-peer';
import { startSmtpSink, type SmtpSink, type SmtpSinkOptions } from '../support/smtp-sink';
import { createTempFolder } from '../support/temp-folder';

helper.init(require.resolve(process.env.NODE_RED ?? 'node-red'));

type Message = NodeMessage & { sent?: SentInfo; error?: ErrorInfo } & Record<string, unknown>;
/** What came of one message: an output, and what the node reported with `done`. */
interface Outcome {
    output: 'sent' | 'given-up' | 'none';
    msg: Message | undefined;
    error: (Error & { code?: string }) | undefined;
}
interface Setup {
    account?: Record<string, unknown> | null;
    credentials?: Record<string, string>;
    node?: Record<string, unknown>;
    firstPauseMs?: number;
    /** How long a server may be silent; short only where a test waits for that, because a busy process answers late. */
    silenceMs?: number;
}

/** The nodes as Node-RED loads them, but with pauses and times that a test can wait for. */
function nodesWith({ firstPauseMs = 0, silenceMs = 10_000 }: Setup): Array<(RED: NodeAPI) => void> {
    const timeouts = { connectMs: 10_000, greetingMs: silenceMs, socketMs: silenceMs, closeMs: 100 };
    const pauses = { firstMs: firstPauseMs, factor: 1, maxMs: firstPauseMs };
    return [RED => smtpAccount(RED, timeouts), RED => smtpOut(RED, pauses)];
}

describe('the node smtp-out', () => {
    const open: Array<() => unknown> = [];
    let waiting: Map<string, (outcome: Outcome) => void>;
    let completed: Map<string, Outcome>;

    before(() => helper.startServer());
    afterEach(async () => {
        await helper.unload();
        for (const close of open.splice(0).reverse()) {
            await close();
        }
    });
    after(() => helper.stopServer());

    async function sinkWith(options: SmtpSinkOptions = {}): Promise<SmtpSink> {
        const sink = await startSmtpSink(options);
        open.push(() => sink.stop());
        return sink;
    }

    async function peerWith(script: SmtpScript): Promise<SmtpPeer> {
        const peer = await startSmtpPeer(script);
        open.push(() => peer.stop());
        return peer;
    }

    async function deploy(port: number, setup: Setup = {}): Promise<Node> {
        waiting = new Map();
        completed = new Map();
        const account = {
            id: 'account',
            type: 'smtp-account',
            name: 'Shop',
            host: '127.0.0.1',
            port,
            security: 'none',
            auth: setup.credentials ? 'password' : 'none',
            senderName: 'Shop',
            senderAddress: 'shop@example.com',
            ...setup.account
        };
        const flow = [
            { id: 'flow', type: 'tab' },
            ...(setup.account === null ? [] : [account]),
            {
                id: 'out',
                z: 'flow',
                type: 'smtp-out',
                account: 'account',
                to: 'to',
                toType: 'msg',
                subject: 'topic',
                subjectType: 'msg',
                wires: [['sent'], ['given-up']],
                ...setup.node
            },
            { id: 'sent', z: 'flow', type: 'helper' },
            { id: 'given-up', z: 'flow', type: 'helper' },
            { id: 'catcher', z: 'flow', type: 'catch', scope: ['out'], wires: [['caught']] },
            { id: 'caught', z: 'flow', type: 'helper' },
            { id: 'completer', z: 'flow', type: 'complete', scope: ['out'], wires: [['completed']] },
            { id: 'completed', z: 'flow', type: 'helper' }
        ];
        await helper.load(nodesWith(setup), flow, { account: setup.credentials ?? {} });
        const out = helper.getNode('out');
        for (const output of ['sent', 'given-up'] as const) {
            helper.getNode(output).on('input', msg => {
                const entry = entryOf(msg);
                entry.output = output;
                entry.msg = msg as Message;
            });
        }
        (out as EventEmitter).on('call:error', ({ args }: { args: [Error, Message?] }) => {
            if (args[1]) {
                entryOf(args[1]).error = args[0];
            }
        });
        for (const id of ['caught', 'completed']) {
            helper.getNode(id).on('input', msg => waiting.get(msg._msgid ?? '')?.(entryOf(msg)));
        }
        return out;
    }

    function entryOf({ _msgid: id = '' }: NodeMessage): Outcome {
        const entry = completed.get(id) ?? { output: 'none', msg: undefined, error: undefined };
        completed.set(id, entry);
        return entry;
    }

    /** Sends a message in and resolves when a Catch or a Complete node has heard of it. */
    function outcomeOf(fields: Record<string, unknown>): Promise<Outcome> {
        const id = `msg-${waiting.size}`;
        return new Promise(resolve => {
            waiting.set(id, resolve);
            helper.getNode('out').receive({ _msgid: id, ...fields } as NodeMessage);
        });
    }

    function statusTexts(): unknown[] {
        const { args } = helper.getNode('out').status as unknown as { args: Array<[{ text?: string }]> };
        return args.map(([status]) => status.text);
    }

    it('sends a message and passes it on with what the server said', async () => {
        const sink = await sinkWith();
        await deploy(sink.port);
        const fields = { to: 'Ben <ben@example.org>', topic: 'Grüße', payload: 'Hello', own: { kept: true } };
        const { output, msg, error } = await outcomeOf(structuredClone(fields));
        assert.equal(output, 'sent');
        assert.equal(error, undefined);
        const { sent, _msgid, ...rest } = msg ?? ({} as Message);
        assert.ok(_msgid);
        assert.deepEqual(rest, fields);
        assert.deepEqual(sent?.accepted, ['ben@example.org']);
        assert.deepEqual(sent?.rejected, []);
        assert.match(sent?.response ?? '', /^250/);
        assert.deepEqual(JSON.parse(JSON.stringify(sent)), sent);
        const mail = await simpleParser(sink.mails[0]?.raw ?? '');
        assert.deepEqual([mail.subject, mail.text, mail.messageId], ['Grüße', 'Hello\n', sent?.messageId]);
        assert.equal(mail.from?.text, '"Shop" <shop@example.com>');
    });

    it('takes recipient and subject from its own fields, of any type', async () => {
        const sink = await sinkWith();
        const node = { to: '$lowercase(who)', toType: 'jsonata', subject: 'Fixed', subjectType: 'str' };
        await deploy(sink.port, { node });
        const { output } = await outcomeOf({
            who: 'BEN@EXAMPLE.ORG',
            to: 'x@example.org',
            cc: 'c@example.org',
            topic: 'T'
        });
        assert.equal(output, 'sent');
        assert.deepEqual(sink.mails[0]?.to, ['ben@example.org', 'c@example.org']);
        assert.match(sink.mails[0]?.raw.toString() ?? '', /^Subject: Fixed\r$/m);
    });

    it('gives up a message whose field cannot be evaluated', async () => {
        await deploy(1, { node: { to: '$error("no")', toType: 'jsonata' } });
        const { output, error } = await outcomeOf({});
        assert.deepEqual([output, error?.code], ['given-up', MailErrorCode.InvalidProperty]);
    });

    it('sends again after a refusal for now', async () => {
        const sink = await sinkWith({ refuse: { recipient: () => ({ code: 450, text: 'greylisted' }) } });
        const out = await deploy(sink.port);
        (out as EventEmitter).once('call:warn', () => (sink.refuse = {}));
        const { output, msg } = await outcomeOf({ to: 'ben@example.org', payload: 'x' });
        assert.equal(output, 'sent');
        assert.equal(sink.mails.length, 1);
        assert.match(sink.mails[0]?.raw.toString() ?? '', new RegExp(msg?.sent?.messageId ?? 'none'));
        assert.ok(statusTexts().includes('smtp-out.status.sending'));
    });

    it('gives up after so many attempts', async () => {
        const peer = await peerWith(line => (line.startsWith('MAIL') ? '421 4.3.2 going down' : undefined));
        await deploy(peer.port, { node: { attempts: 3 } });
        const { output, msg, error } = await outcomeOf({ to: 'ben@example.org', payload: 'x' });
        assert.equal(output, 'given-up');
        assert.equal(peer.lines.filter(line => line.startsWith('MAIL')).length, 3);
        assert.deepEqual([msg?.error?.code, msg?.error?.kind], ['SERVER_REFUSED', 'temporary']);
        assert.equal(msg?.error?.account, 'Shop');
        assert.match(msg?.error?.response ?? '', /^421/);
        assert.match(error?.message ?? '', /421 4\.3\.2 going down/);
    });

    it('gives up at once what the server refuses for good', async () => {
        const peer = await peerWith(line => (line === '.' ? '554 5.7.1 spam' : undefined));
        await deploy(peer.port);
        const { output, msg } = await outcomeOf({ to: 'ben@example.org', payload: 'x' });
        assert.deepEqual([output, msg?.error?.kind], ['given-up', 'permanent']);
        assert.equal(peer.messages.length, 1);
        assert.equal(msg?.sent, undefined);
    });

    it('never sends again when nobody knows the outcome', async () => {
        const peer = await peerWith(line => (line === '.' ? SILENCE : undefined));
        await deploy(peer.port, { silenceMs: 1_000 });
        const { output, msg } = await outcomeOf({ to: 'ben@example.org', payload: 'x' });
        assert.deepEqual([output, msg?.error?.code], ['given-up', 'OUTCOME_UNKNOWN']);
        assert.equal(peer.messages.length, 1);
    });

    it('gives up after a server that never answers', async () => {
        const peer = await peerWith(() => SILENCE);
        await deploy(peer.port, { node: { attempts: 2 }, silenceMs: 300 });
        const { output, msg } = await outcomeOf({ to: 'ben@example.org', payload: 'x' });
        assert.deepEqual([output, msg?.error?.code], ['given-up', 'TIMED_OUT']);
        assert.equal(peer.connections, 2);
    });

    it('sends to the recipients that the server takes, and reports the others', async () => {
        const refuse = {
            recipient: (to: string) => (to.startsWith('no') ? { code: 550, text: 'unknown' } : undefined)
        };
        const sink = await sinkWith({ refuse });
        await deploy(sink.port);
        const { output, msg } = await outcomeOf({ to: ['ben@example.org', 'nobody@example.org'], payload: 'x' });
        assert.equal(output, 'sent');
        assert.deepEqual(msg?.sent?.rejected, [{ address: 'nobody@example.org', response: '550 unknown' }]);
        assert.deepEqual(
            sink.mails.map(mail => mail.to),
            [['ben@example.org']]
        );
    });

    it('tries a wrong password once, and shows it nowhere', async () => {
        const peer = await peerWith(line => (line.startsWith('AUTH') ? '535 5.7.8 hunter2 is wrong' : undefined));
        await deploy(peer.port, { credentials: { user: 'shop', password: 'hunter2' } });
        const outcomes = await Promise.all([
            outcomeOf({ to: 'ben@example.org', payload: 'x' }),
            outcomeOf({ to: 'ben@example.org', payload: 'x' }),
            outcomeOf({ to: 'ben@example.org', payload: 'x' })
        ]);
        for (const { output, msg, error } of outcomes) {
            assert.deepEqual([output, msg?.error?.code], ['given-up', 'CREDENTIALS_REJECTED']);
            assert.doesNotMatch(JSON.stringify(msg) + String(error?.stack), /hunter2/);
        }
        // two connections of the account may have tried at the same time
        assert.ok(peer.lines.filter(line => line.startsWith('AUTH')).length <= 2);
    });

    it('sends no credential when STARTTLS is missing', async () => {
        const peer = await peerWith(() => undefined);
        const credentials = { user: 'shop', password: 'hunter2' };
        await deploy(peer.port, { account: { security: 'starttls' }, credentials });
        const { msg } = await outcomeOf({ to: 'ben@example.org', payload: 'x' });
        assert.equal(msg?.error?.code, 'STARTTLS_MISSING');
        assert.deepEqual(
            peer.lines.map(line => line.split(' ')[0]),
            ['EHLO', 'STARTTLS']
        );
    });

    it('refuses a received mail that is wired straight into it', async () => {
        const sink = await sinkWith();
        await deploy(sink.port);
        const received = { payload: 'x', from: 'a@example.org', topic: 'Hi', mail: { ref: { uid: 1 }, to: [] } };
        const { output, error } = await outcomeOf(received);
        assert.deepEqual([output, error?.code], ['given-up', MailErrorCode.RecipientMissing]);
        assert.match(error?.message ?? '', /compose-mail or function node/);
        assert.deepEqual(sink.mails, []);
    });

    for (const [name, fields, code] of [
        ['in the subject', { topic: 'Hi\r\nBcc: eve@example.org' }, 'HEADER_INVALID'],
        ['in a recipient', { cc: 'c@example.org\r\nBcc: eve@example.org' }, 'ADDRESS_INVALID'],
        ['in a name', { cc: { name: 'C\r\nBcc: eve@example.org', address: 'c@example.org' } }, 'ADDRESS_INVALID'],
        ['in a header value', { headers: { 'X-A': 'b\nBcc: eve@example.org' } }, 'HEADER_INVALID'],
        ['in a header name', { headers: { 'X-A: b\r\nBcc': 'eve@example.org' } }, 'HEADER_INVALID'],
        ['in a file name', { attachments: [{ filename: 'a\r\nX: y', content: 'x' }] }, 'HEADER_INVALID'],
        ['by a sender in msg.headers', { headers: { from: 'ceo@example.net' } }, 'HEADER_INVALID'],
        ['by msg.sendAs', { sendAs: 'ceo@example.net' }, 'SENDER_NOT_ALLOWED'],
        ['by an envelope', { envelope: { from: 'a@x', to: 'eve@example.org' } }, 'HEADER_INVALID'],
        ['by a URL', { attachments: [{ href: 'http://127.0.0.1/' }] }, 'ATTACHMENT_INVALID'],
        ['by a file', { attachments: [{ path: '/etc/passwd' }] }, 'ATTACHMENT_FOLDER'],
        ['by a file as HTML', { html: { path: '/etc/passwd' } }, 'HEADER_INVALID']
    ] as const) {
        it(`sends nothing when something is smuggled ${name}`, async () => {
            const sink = await sinkWith();
            await deploy(sink.port);
            const { output, msg } = await outcomeOf({ to: 'ben@example.org', payload: 'x', ...fields });
            assert.deepEqual([output, msg?.error?.code, msg?.error?.kind], ['given-up', code, 'permanent']);
            assert.deepEqual(sink.mails, []);
        });
    }

    it('attaches files from its folder, and none through a link out of it', async () => {
        const temp = createTempFolder('smtp-out');
        open.push(() => temp.remove());
        const attachmentsDir = join(temp.path, 'files');
        mkdirSync(attachmentsDir);
        writeFileSync(join(attachmentsDir, 'a.txt'), 'inside');
        writeFileSync(join(temp.path, 'secret.txt'), 'secret');
        symlinkSync('../secret.txt', join(attachmentsDir, 'link.txt'));
        const sink = await sinkWith();
        await deploy(sink.port, { node: { attachmentsDir } });
        const fine = await outcomeOf({ to: 'ben@example.org', payload: 'x', attachments: [{ path: 'a.txt' }] });
        assert.equal(fine.output, 'sent');
        const [attachment] = (await simpleParser(sink.mails[0]?.raw ?? '')).attachments;
        assert.deepEqual([attachment?.filename, `${attachment?.content}`], ['a.txt', 'inside']);
        for (const path of ['link.txt', '../secret.txt', join(temp.path, 'secret.txt')]) {
            const { msg } = await outcomeOf({ to: 'ben@example.org', payload: 'x', attachments: [{ path }] });
            assert.equal(msg?.error?.code, 'ATTACHMENT_FOLDER');
        }
    });

    it('sends a burst over the connections of the account', async () => {
        const peer = await peerWith(() => undefined);
        await deploy(peer.port, { account: { connections: 2 } });
        const burst = Array.from({ length: 200 }, () => outcomeOf({ to: 'ben@example.org', payload: 'x' }));
        const outputs = new Set((await Promise.all(burst)).map(outcome => outcome.output));
        assert.deepEqual([...outputs], ['sent']);
        assert.equal(peer.messages.length, 200);
        assert.equal(peer.mostAtOnce, 2);
    });

    it('gives back what waits when it closes, to no output, and cuts a server that hangs', async () => {
        const peer = await peerWith(line => (line.startsWith('RCPT') ? SILENCE : undefined));
        const out = await deploy(peer.port, { account: { connections: 1 } });
        const errors: Array<string | undefined> = [];
        const allGivenBack = new Promise<void>(resolve => {
            (out as EventEmitter).on('call:error', ({ args }: { args: [Error & { code?: string }] }) => {
                if (errors.push(args[0].code) === 3) {
                    resolve();
                }
            });
        });
        for (let n = 0; n < 3; n++) {
            out.receive({ _msgid: `closing-${n}`, to: 'ben@example.org', payload: 'x' } as unknown as NodeMessage);
        }
        await peer.waitForLine(/^RCPT/);
        const started = performance.now();
        await out.close(false);
        assert.ok(performance.now() - started < 5_000, 'long before the silence of the server would be noticed');
        await allGivenBack;
        assert.deepEqual(errors, ['CLOSED', 'CLOSED', 'CLOSED']);
        assert.deepEqual(
            [...completed.values()].map(({ output }) => output),
            ['none', 'none', 'none']
        );
    });

    it('gives back what pauses before another attempt when it closes', async () => {
        const peer = await peerWith(line => (line.startsWith('MAIL') ? '451 4.3.0 later' : undefined));
        const out = await deploy(peer.port, { firstPauseMs: 60_000 });
        const pausing = new Promise(resolve => (out as EventEmitter).once('call:warn', resolve));
        const failed = new Promise<string | undefined>(resolve =>
            (out as EventEmitter).once('call:error', ({ args }: { args: [Error & { code?: string }] }) =>
                resolve(args[0].code)
            )
        );
        out.receive({ to: 'ben@example.org', payload: 'x' } as unknown as NodeMessage);
        await pausing;
        await out.close(false);
        assert.equal(await failed, 'CLOSED');
    });

    for (const [name, setup] of [
        ['without an account', { account: null }],
        ['with an account that lacks its host', { account: { host: '' } }],
        ['with settings that are wrong', { node: { attempts: 'many' } }]
    ] as const) {
        it(`says that it is not configured ${name}, and refuses each message`, async () => {
            await deploy(1, setup);
            assert.deepEqual(statusTexts(), ['smtp-out.status.not-configured']);
            const { output, msg } = await outcomeOf({ to: 'ben@example.org', payload: 'x' });
            assert.deepEqual([output, msg?.error?.kind], ['given-up', 'configuration']);
        });
    }
});
