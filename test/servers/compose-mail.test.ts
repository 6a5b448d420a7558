import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { simpleParser } from 'mailparser';
import { startDovecot, type Dovecot } from '../support/dovecot';
import { buildMail } from '../support/mail-builder';
import { startPostfix, type DeliveredMail, type Postfix } from '../support/postfix';
import { requireServer } from '../support/require-server';
import { startRuntime, type FlowNode, type Runtime } from '../support/runtime';

const ANNA = 'anna@example.org';
const BERT = 'bert@example.org';
const CUSTOMER = 'ben@example.com';
const TARGET = 'boss@example.net';
/** More than a loop of these tests is allowed to send, and few enough to see it run away. */
const RUNAWAY = 25;

/** Bytes that a careless program changes: dots, blanks at line ends, 8 bits, odd folding, no final line end. */
const ORIGINAL = Buffer.concat([
    buildMail({
        from: `Ben Büyer <${CUSTOMER}>`.replace('ü', 'ue'),
        to: ANNA,
        subject: 'Grüße',
        messageId: '<signed@example.com>',
        headers: { 'DKIM-Signature': 'v=1; a=rsa-sha256;\r\n\tb=ab cd  ', 'X-Odd': ' two  blanks ' },
        text: 'Preis: 5 €\r\n.\r\n..\r\nblanks at the end  \r\n'
    }),
    Buffer.from('latin1: \xe4\xf6\r\n\r\nlast line\r\n', 'latin1')
]);

describe('compose-mail between real servers', function () {
    this.timeout(120_000);
    let dovecot: Dovecot;
    let postfix: Postfix;
    const runtimes: Runtime[] = [];

    before(function () {
        requireServer(this, 'dovecot');
        requireServer(this, 'postfix');
    });
    beforeEach(async () => {
        dovecot = await startDovecot({ users: { [ANNA]: 'secret', [BERT]: 'secret' } });
        postfix = await startPostfix();
    });
    afterEach(async () => {
        // no mail had to be tried again: not even one that came after the folder was selected
        const errors = runtimes.flatMap(runtime => runtime.log.filter(line => line.includes('[error]')));
        await Promise.all(runtimes.splice(0).map(runtime => runtime.stop()));
        await postfix?.stop();
        await dovecot?.stop();
        assert.deepEqual(errors, []);
    });

    interface Parts {
        user: string;
        /** Sender of what goes out. */
        sender?: string;
        content?: string;
        compose: Record<string, unknown>;
    }

    /** A runtime of its own that watches one mailbox; what its loop guard keeps back stands in its log. */
    async function start({ user, sender = user, content = 'headers', compose }: Parts): Promise<Runtime> {
        const local = { host: '127.0.0.1', security: 'none' };
        const flows: FlowNode[] = [
            { id: 'tab', type: 'tab', label: 'Mail' },
            { id: 'box', type: 'imap-account', name: user, ...local, port: dovecot.port },
            { id: 'post', type: 'smtp-account', ...local, port: postfix.port, auth: 'none', senderAddress: sender },
            {
                id: 'in',
                z: 'tab',
                type: 'imap-in',
                account: 'box',
                content,
                start: 'all',
                // a busy machine may run out of inotify, by which Dovecot hears of mail at once
                interval: 1,
                ack: 'flow',
                wires: [['compose'], ['lost']]
            },
            { id: 'compose', z: 'tab', type: 'compose-mail', wires: [['send'], ['kept']], ...compose },
            {
                id: 'send',
                z: 'tab',
                type: 'smtp-out',
                account: 'post',
                to: 'to',
                toType: 'msg',
                wires: [['sent'], ['lost']]
            },
            { id: 'sent', z: 'tab', ...logging('"sent to " + msg.sent.accepted') },
            { id: 'kept', z: 'tab', ...logging('"kept back: " + msg.error.reason') },
            { id: 'lost', z: 'tab', ...logging('"lost: " + msg.error.message') }
        ];
        const runtime = await startRuntime({ flows, credentials: { box: { user, password: 'secret' } } });
        runtimes.push(runtime);
        return runtime;
    }

    /** What the rest of the world does with each mail that Postfix has taken, until nothing comes for a while. */
    async function relay(
        handle: (mail: DeliveredMail) => Promise<void>,
        quiet: () => Promise<unknown>
    ): Promise<number> {
        // by content: the names of two mails of one second do not tell which came first
        const handled = new Set<string>();
        let isOver = false;
        const end = quiet().finally(() => (isOver = true));
        while (!isOver && handled.size < RUNAWAY) {
            const next = postfix.waitForMails(handled.size + 1, 1_000).catch(() => []);
            const mails = await Promise.race([next, end.then(() => [])]);
            for (const mail of mails.filter(({ raw }) => !handled.has(hash(raw)))) {
                handled.add(hash(mail.raw));
                await handle(mail);
            }
        }
        await end;
        return postfix.mails().length;
    }

    it('ends a circle of two runtimes that forward to each other when the first mail comes back', async () => {
        const forwardTo = (to: string): Record<string, unknown> => ({ action: 'forward', to });
        const anna = await start({ user: ANNA, sender: 'out-a@example.com', compose: forwardTo(BERT) });
        await start({ user: BERT, sender: 'out-b@example.com', compose: forwardTo(ANNA) });
        await dovecot.deliver(ANNA, 'INBOX', buildMail({ from: CUSTOMER, to: ANNA }));
        const sent = await relay(
            mail => dovecot.deliver(mail.to, 'INBOX', mail.raw),
            () => anna.waitForLog(/kept back: own-mark/, 60_000)
        );
        assert.equal(sent, 2);
    });

    it('ends the same circle at the counters when every mark is lost on the way', async () => {
        const forwardTo = (to: string): Record<string, unknown> => ({ action: 'forward', to, maxPerTarget: 4 });
        const anna = await start({ user: ANNA, sender: 'out-a@example.com', compose: forwardTo(BERT) });
        await start({ user: BERT, sender: 'out-b@example.com', compose: forwardTo(ANNA) });
        await dovecot.deliver(ANNA, 'INBOX', buildMail({ from: CUSTOMER, to: ANNA }));
        const sent = await relay(
            mail => dovecot.deliver(mail.to, 'INBOX', stripped(mail.raw)),
            () => anna.waitForLog(/kept back: (target|sender)-limit/, 90_000)
        );
        assert.equal(sent, 8);
        assert.equal(
            anna.log.filter(line => /4 mails to one address within 10 min are the limit/.test(line)).length,
            1
        );
    });

    it('ends a talk with an auto-responder that leaves out every mark, also when it is restarted meanwhile', async () => {
        const anna = await start({
            user: ANNA,
            content: 'text',
            compose: { action: 'reply', text: 'We have your mail.', maxPerSender: 4 }
        });
        const robot = (): Buffer =>
            buildMail({ from: 'Robot <robot@example.net>', to: ANNA, subject: 'Thank you', text: 'I have yours too.' });
        await dovecot.deliver(ANNA, 'INBOX', robot());
        let answers = 0;
        const sent = await relay(
            async mail => {
                assert.equal(mail.to, 'robot@example.net');
                if (++answers === 2) {
                    await anna.waitForLog(/sent to robot/);
                    await anna.halt();
                    await anna.start();
                }
                await dovecot.deliver(ANNA, 'INBOX', robot());
            },
            () => waitUntil(() => anna.log.some(line => /kept back: sender-limit/.test(line)))
        );
        assert.equal(sent, 4);
    });

    it('forwards the original with every byte, fetched from the account and left unread', async () => {
        await start({ user: ANNA, compose: { action: 'forward', to: TARGET } });
        await dovecot.deliver(ANNA, 'INBOX', ORIGINAL);
        const [arrived] = await postfix.waitForMails(1, 30_000);
        const forward = await simpleParser(arrived?.raw as Buffer);
        const [attached] = forward.attachments;
        const lies = await dovecot.raw(ANNA, 'INBOX', 1);
        assert.deepEqual(lies, ORIGINAL);
        assert.equal(hash(attached?.content as Buffer), hash(ORIGINAL));
        assert.match(part(arrived?.raw as Buffer), /^Content-Transfer-Encoding: 8bit\r$/m);
        assert.deepEqual([...(await dovecot.flags(ANNA, 'INBOX')).values()], [[]]);
        assert.ok(postfix.log.every(line => !/conversion/.test(line)));
    });

    it('redirects the original with every byte behind the Resent block', async () => {
        await start({ user: ANNA, compose: { action: 'redirect', to: TARGET, bcc: 'copy@example.net' } });
        const withTrace = Buffer.concat([
            Buffer.from(`Return-Path: <${CUSTOMER}>\r\nBcc: secret@example.com\r\n`),
            ORIGINAL
        ]);
        await dovecot.deliver(ANNA, 'INBOX', withTrace);
        const arrived = await postfix.waitForMails(2, 30_000);
        assert.deepEqual(arrived.map(({ to }) => to).sort(), [TARGET, 'copy@example.net'].sort());
        for (const { raw, from } of arrived) {
            assert.equal(from, ANNA);
            assert.equal(hash(raw.subarray(raw.length - ORIGINAL.length)), hash(ORIGINAL));
            const front = raw.subarray(0, raw.length - ORIGINAL.length).toString();
            assert.match(front, /Resent-From: <anna@example\.org>\r\nResent-To: <boss@example\.net>\r\n/);
            assert.doesNotMatch(front, /secret@example\.com|Resent-Bcc/);
        }
    });
});

function logging(text: string): { type: string } & Record<string, unknown> {
    return { type: 'function', func: `node.warn(${text});`, outputs: 0, wires: [] };
}

/** As a gateway does that knows only the oldest fields; the Message-ID is a new one as well. */
function stripped(mail: Buffer): Buffer {
    const text = mail.toString('latin1').replace(/^Message-ID:.*$/im, `Message-ID: <${randomUUID()}@gateway.example>`);
    const fields =
        /^(X-Mailflow-Forward|Auto-Submitted|X-Auto-Response-Suppress|Delivered-To|Return-Path):.*\r\n(?:[ \t].*\r\n)*/gim;
    return Buffer.from(text.replace(fields, ''), 'latin1');
}

/** The header of the attached mail's part. */
function part(raw: Buffer): string {
    const text = raw.toString('latin1');
    const from = text.indexOf('Content-Type: message/rfc822');
    return text.slice(from, text.indexOf('\r\n\r\n', from) + 2);
}

function hash(bytes: Buffer): string {
    return createHash('sha256').update(bytes).digest('hex');
}

/** A restarted runtime has a new log, so its own wait would look at the old one. */
async function waitUntil(look: () => boolean): Promise<void> {
    const end = Date.now() + 90_000;
    while (!look() && Date.now() < end) {
        await new Promise(resolve => setTimeout(resolve, 100));
    }
    assert.ok(look(), 'nothing was kept back within 90 s');
}
