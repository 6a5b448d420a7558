import assert from 'node:assert/strict';
import { ImapFlow } from 'imapflow';
import { startDovecot, type Dovecot } from '../support/dovecot';
import { exampleCases, type ExampleMailbox } from '../support/example-cases';
import { ExampleRun } from '../support/example-run';
import { useNodeRed } from '../support/helper';
import { buildMail } from '../support/mail-builder';
import type { FillItem } from '../support/mail-store';
import { requireServer } from '../support/require-server';
import { startProxy } from '../support/tcp-proxy';
import { assertNothingElseRead } from '../support/untouched-mail';

const USER = 'sales@example.org';
const PASSWORD = 'secret';

async function startMailbox(): Promise<ExampleMailbox> {
    // with sdbox, mails delivered in one moment get their UIDs in the order of delivery
    const dovecot = await startDovecot({ storage: 'sdbox', users: { [USER]: PASSWORD } });
    return {
        port: dovecot.port,
        user: USER,
        password: PASSWORD,
        deliver: (mail, flags) => (flags ? append(dovecot, mail, [...flags]) : dovecot.deliver(USER, 'INBOX', mail)),
        mails: async (folder = 'INBOX') => {
            const flags = await dovecot.flags(USER, folder);
            return Promise.all(
                [...flags].map(async ([uid, own]) => ({ flags: own, raw: await dovecot.raw(USER, folder, uid) }))
            );
        },
        stop: () => dovecot.stop()
    };
}

/** A delivery has no flags; what another program has done to a mail comes by APPEND. */
async function append(dovecot: Dovecot, mail: Buffer, flags: string[]): Promise<void> {
    const auth = { user: USER, pass: PASSWORD };
    const client = new ImapFlow({
        host: dovecot.host,
        port: dovecot.port,
        secure: false,
        doSTARTTLS: false,
        auth,
        logger: false
    });
    client.on('error', () => undefined);
    try {
        await client.connect();
        await client.append('INBOX', mail, flags);
    } finally {
        client.close();
    }
}

describe('the example flows on Dovecot', function () {
    this.timeout(60_000);
    before(function () {
        requireServer(this, 'dovecot');
    });
    const red = useNodeRed();
    exampleCases(red, startMailbox);

    it('import 10 inquiries out of 1,000 mails: nothing else is read, marked or stored', async () => {
        const dovecot = await startDovecot({ users: { [USER]: PASSWORD } });
        const proxy = await startProxy(dovecot);
        const account = { MAIL_HOST: proxy.host, MAIL_USER: USER, MAIL_PASSWORD: PASSWORD };
        let run: ExampleRun | undefined;
        try {
            run = await ExampleRun.start(red, 'marketplace-inquiry-import', {
                imapPort: proxy.port,
                environment: account
            });
            await dovecot.fill(USER, 'INBOX', thousandMails());
            const messages = await run.waitFor('Inquiry', INQUIRIES.size);
            await run.waitForNothingPending();

            assert.deepEqual(new Set(messages.map(uidOf)), INQUIRIES);
            assertNothingElseRead(proxy.commands(), INQUIRIES);
            const stores = proxy.commands().filter(command => /\bSTORE\b|\bMOVE\b|\bCOPY\b|EXPUNGE/.test(command));
            assert.deepEqual(stores, [`UID STORE ${SEEN_BY_OTHERS} -FLAGS (\\Seen)`], 'mark-unseen alone');
            const flags = await dovecot.flags(USER, 'INBOX');
            assert.ok(flags.size === 1000 && [...flags.values()].every(own => own.length === 0));
        } finally {
            await run?.stop();
            await proxy.stop();
            await dovecot.stop();
        }
    });
});

/** UIDs of the inquiries, in a folder filled by thousandMails. */
const INQUIRIES = new Set([51, 151, 251, 351, 451, 551, 651, 751, 851, 951]);
/** One inquiry that another program has opened. */
const SEEN_BY_OTHERS = 451;

function* thousandMails(): Generator<FillItem> {
    const text = 'Name: Kai Vogel\nMessage to you: Is it still there?\n';
    for (let uid = 1; uid <= 1000; uid++) {
        const from = INQUIRIES.has(uid) ? 'buyer-7@channel.machineseeker.com' : 'someone@example.org';
        const raw = buildMail({ from, subject: `mail ${uid}`, messageId: `<${uid}@example.com>`, text });
        yield uid === SEEN_BY_OTHERS ? { raw, flags: ['\\Seen'] } : { raw };
    }
}

function uidOf(message: Record<string, unknown>): number {
    return (message as { mail: { ref: { uid: number } } }).mail.ref.uid;
}
