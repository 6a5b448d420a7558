import assert from 'node:assert/strict';
import { ExampleRun, type ExampleServers } from '../example-run';
import type { NodeRedUnderTest } from '../helper';
import { startSmtpSink, type SmtpSink } from '../smtp-sink';

/** The address of the mailbox's owner, and the sender of what an example sends. */
export const OWN = 'sales@example.org';
/** To whom examples forward. */
export const TARGET = 'office@example.com';

/** A mailbox that an example works on, seen from the server's side. */
export interface ExampleMailbox {
    port: number;
    user: string;
    password: string;
    /** Delivers a mail as a mail server does, unread unless flags are given. */
    deliver(mail: Buffer, flags?: readonly string[]): Promise<void>;
    /** The mails of a folder (INBOX unless given) in UID order, without \Recent among the flags. */
    mails(folder?: string): Promise<Array<{ flags: string[]; raw: Buffer }>>;
    stop(): Promise<void>;
}

/** What the case that runs now has: new servers for each, and the example on them. */
export interface CaseServers {
    readonly mailbox: ExampleMailbox;
    readonly sink: SmtpSink;
    /** Starts the example with its accounts on these servers; it is stopped after the case. */
    start(
        name: string,
        environment?: Readonly<Record<string, string>>,
        more?: Pick<ExampleServers, 'web' | 'flowVariables' | 'failing'>
    ): Promise<ExampleRun>;
}

/** Starts the servers before each case of this suite, and stops them after it. */
export function useCaseServers(red: NodeRedUnderTest, startMailbox: () => Promise<ExampleMailbox>): CaseServers {
    let mailbox: ExampleMailbox;
    let sink: SmtpSink;
    let run: ExampleRun | undefined;

    beforeEach(async () => {
        mailbox = await startMailbox();
        sink = await startSmtpSink({ users: { [OWN]: 'secret' } });
    });
    afterEach(async () => {
        await run?.stop();
        run = undefined;
        await sink?.stop();
        await mailbox?.stop();
    });

    return {
        get mailbox() {
            return mailbox;
        },
        get sink() {
            return sink;
        },
        async start(name, environment = {}, more = {}) {
            const account = { MAIL_HOST: '127.0.0.1', MAIL_USER: mailbox.user, MAIL_PASSWORD: mailbox.password };
            const sender = { SMTP_HOST: sink.host, SMTP_USER: OWN, SMTP_PASSWORD: 'secret' };
            run = await ExampleRun.start(red, name, {
                imapPort: mailbox.port,
                smtpPort: sink.port,
                ...more,
                environment: { ...account, ...sender, FORWARD_TO: TARGET, ...environment }
            });
            return run;
        }
    };
}

/** Checks that nothing reached these debug nodes. */
export function assertSilent(flow: ExampleRun, debugNodes: readonly string[]): void {
    for (const name of debugNodes) {
        assert.deepEqual(flow.received(name), [], name);
    }
}

/** What filter-automatic has taken a mail for. */
export function kindOf(message: Record<string, unknown>): unknown {
    return (message as { mail?: { automatic?: { kind?: unknown } } }).mail?.automatic?.kind;
}
