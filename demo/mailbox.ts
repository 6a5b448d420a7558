import { buffer } from 'node:stream/consumers';
import { createTransport } from 'nodemailer';
import { startEmbeddedImap, type EmbeddedImap } from '../test/support/embedded-imap';
import { startSmtpSink, type SmtpSink } from '../test/support/smtp-sink';
import { isMarketplace, OWN_ADDRESS, type SampleMail } from './sample-mails';

export interface MailboxCount {
    mails: number;
    unread: number;
    strangers: number;
    /** Mails of strangers of which a client has asked for more than header fields. */
    strangersRead: number;
}

/** A command that asks for content, not only for header fields, and the UIDs it names. */
const CONTENT_FETCH = /^\S+ UID FETCH (\S+) .*BODY(?:\.PEEK)?\[(?!HEADER)/i;

const LOGIN = { user: OWN_ADDRESS, password: 'demo' };

/** Starts the mail servers of the demo on free loopback ports. The caller must `stop()` them. */
export async function startMailbox(): Promise<DemoMailbox> {
    const inbox = new Inbox(await startEmbeddedImap({ users: { [LOGIN.user]: LOGIN.password } }));
    const smtp = await startSmtpSink({
        users: { [LOGIN.user]: LOGIN.password },
        server: {
            onData: (stream, session, done) => {
                const { mailFrom } = session.envelope;
                buffer(stream).then(
                    mail => {
                        inbox.store(mail, mailFrom ? mailFrom.address : '');
                        done();
                    },
                    (error: Error) => done(error)
                );
            }
        }
    });
    return new DemoMailbox(inbox, smtp);
}

/** The servers of the demo: what is sent to the SMTP server lies in the INBOX of the IMAP server. */
export class DemoMailbox {
    readonly login = LOGIN;
    readonly inbox: Inbox;
    readonly #smtp: SmtpSink;
    readonly #transport: ReturnType<typeof createTransport>;

    /** Use startMailbox. */
    constructor(inbox: Inbox, smtp: SmtpSink) {
        this.inbox = inbox;
        this.#smtp = smtp;
        this.#transport = createTransport({
            host: smtp.host,
            port: smtp.port,
            ignoreTLS: true,
            auth: { user: LOGIN.user, pass: LOGIN.password }
        });
    }

    get host(): string {
        return this.inbox.imap.host;
    }

    get imapPort(): number {
        return this.inbox.imap.port;
    }

    get smtpPort(): number {
        return this.#smtp.port;
    }

    /** Sends a mail the usual way, by SMTP. */
    async send(mail: SampleMail): Promise<void> {
        await this.#transport.sendMail(mail);
    }

    async stop(): Promise<void> {
        this.#transport.close();
        await Promise.all([this.inbox.imap.close(), this.#smtp.stop()]);
    }
}

/** The INBOX, and what clients do with it. */
export class Inbox {
    readonly imap: EmbeddedImap;
    /** Resolves when somebody waits for news of the mailbox. */
    readonly watched: Promise<void>;
    readonly #strangers = new Set<number>();
    readonly #read = new Set<number>();

    constructor(imap: EmbeddedImap) {
        this.imap = imap;
        this.watched = new Promise(resolve => this.#listen('IDLE', () => resolve()));
        this.#listen('UID FETCH', line => this.#noteContent(line));
    }

    /** Puts a received mail into the INBOX; clients in IDLE hear of it. */
    store(mail: Buffer, sender: string): void {
        const uid = this.imap.appendMessage('INBOX', mail);
        if (!isMarketplace(sender)) {
            this.#strangers.add(uid);
        }
    }

    count(): MailboxCount {
        const { messages } = this.imap.mailbox('INBOX');
        return {
            mails: messages.length,
            unread: messages.filter(({ flags }) => !flags.includes('\\Seen')).length,
            strangers: this.#strangers.size,
            strangersRead: [...this.#strangers].filter(uid => this.#read.has(uid)).length
        };
    }

    /** Looks at the commands of a kind before the server answers them. */
    #listen(command: string, look: (line: string) => void): void {
        const { server } = this.imap;
        const answer = server.getCommandHandler(command);
        if (!answer) {
            throw new Error(`the embedded server does not know ${command}`);
        }
        server.setCommandHandler(command, (connection, parsed, line, callback) => {
            look(line);
            answer(connection, parsed, line, callback);
        });
    }

    #noteContent(line: string): void {
        const set = CONTENT_FETCH.exec(line)?.[1] ?? '';
        for (const range of set.split(',').filter(Boolean)) {
            const [first = 0, last = first] = range.split(':').map(uid => (uid === '*' ? Infinity : Number(uid)));
            for (const { uid } of this.imap.mailbox('INBOX').messages) {
                if (uid >= Math.min(first, last) && uid <= Math.max(first, last)) {
                    this.#read.add(uid);
                }
            }
        }
    }
}
