import { ImapFlow } from 'imapflow';
import { startDovecot, type Dovecot } from '../support/dovecot';
import { answerExampleCases } from '../support/answer-example-cases';
import { exampleCases, type ExampleMailbox } from '../support/example-cases';
import { useNodeRed } from '../support/helper';
import { requireServer } from '../support/require-server';

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
    answerExampleCases(red, startMailbox);
});
