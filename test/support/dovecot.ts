import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createCertificate } from './certificate';
import { dovecotConfig, oauth2File, passwordFile, type DovecotOptions } from './dovecot-config';
import { findProgram } from './find-program';
import { findFreePort } from './free-port';
import { mailOwner, type MailOwner } from './mail-owner';
import { deliverToMaildir, fillMaildir, fillThroughImport, type FillItem } from './mail-store';
import { OwnProcess } from './own-process';
import { createTempFolder, type TempFolder } from './temp-folder';

export type { DovecotOptions } from './dovecot-config';
export type { FillItem } from './mail-store';

const START_TIMEOUT_MS = 20_000;
/** Somebody else may take a port between looking and listening. */
const START_ATTEMPTS = 3;
/** 100,000 mails in one doveadm answer. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;
const EMPTY_LINE = /\n$/;

export interface StoredMail {
    uid: number;
    flags: string[];
    messageId: string;
}

export function dovecotAvailable(): boolean {
    return findProgram('dovecot') !== undefined;
}

/** Starts a Dovecot of the test's own on loopback; resolves when it greets. The caller must `stop()` it. */
export async function startDovecot(options: DovecotOptions = {}): Promise<Dovecot> {
    for (let attempt = 1; ; attempt++) {
        const dovecot = new Dovecot(options, {
            plain: await findFreePort(),
            tls: await findFreePort(),
            auth: await findFreePort()
        });
        try {
            await dovecot.start();
            return dovecot;
        } catch (error) {
            await dovecot.stop();
            if (attempt === START_ATTEMPTS || !/Address already in use/.test(String(error))) {
                throw error;
            }
        }
    }
}

/** A private Dovecot: real flags, CONDSTORE, IDLE and TLS, and a way to look at the mails without the code under test. */
export class Dovecot {
    readonly host = '127.0.0.1';
    /** Plain connections, with STARTTLS unless the options forbid TLS. */
    readonly port: number;
    /** TLS from the first byte. */
    readonly imapsPort: number;
    /** Where a Postfix asks for passwords, with the option `authService`. */
    readonly authPort: number;
    /** PEM; give it to a client as `ca`. */
    readonly certificate: string;
    readonly users: Readonly<Record<string, string>>;
    readonly #options: DovecotOptions;
    readonly #folder: TempFolder;
    readonly #config: string;
    readonly #owner: MailOwner | undefined;
    #process: OwnProcess | undefined;

    /** Use startDovecot. */
    constructor(options: DovecotOptions, ports: { plain: number; tls: number; auth: number }) {
        this.#options = options;
        this.port = ports.plain;
        this.imapsPort = ports.tls;
        this.authPort = ports.auth;
        this.users = options.users ?? { anna: 'secret' };
        this.#owner = mailOwner();
        this.#folder = createTempFolder('dovecot');
        this.#config = join(this.#folder.path, 'dovecot.conf');
        const pair = options.certificate ?? createCertificate();
        this.certificate = pair.cert;
        this.#writeFiles(pair);
    }

    /** What Dovecot wrote to its log. */
    get log(): readonly string[] {
        return this.#process?.log ?? [];
    }

    async start(): Promise<void> {
        const executable = findProgram('dovecot') ?? 'dovecot';
        this.#process = new OwnProcess('dovecot', executable, ['-F', '-c', this.#config]);
        await this.#process.waitForLine(/starting up for imap/, START_TIMEOUT_MS);
        await this.#greeting();
    }

    /** Ends every connection and comes back on the same ports with the same mails. */
    async restart(): Promise<void> {
        await this.#process?.stop();
        await this.start();
    }

    /** Ends the server but keeps its mails, until `start()`; connections are refused meanwhile. */
    async halt(): Promise<void> {
        await this.#process?.stop();
    }

    /** Ends the server and removes everything it wrote. */
    async stop(): Promise<void> {
        await this.#process?.stop();
        this.#folder.remove();
    }

    /**
     * Puts many mails into a folder before a client looks: about 10,000 a second with Maildir. Mails get ascending
     * UIDs in the given order; without flags they are unseen.
     */
    async fill(user: string, folder: string, mails: Iterable<FillItem>): Promise<void> {
        if (this.#options.storage === 'sdbox') {
            const source = join(this.#folder.path, 'import');
            await fillThroughImport(source, folder, mails, this.#owner, name =>
                this.doveadm('import', '-u', user, `maildir:${source}:UTF-8`, '', 'mailbox', name, 'all')
            );
        } else {
            await fillMaildir(this.#maildir(user), folder, mails, this.#owner);
        }
    }

    /** Delivers one new mail as a mail server would; clients in IDLE hear of it. */
    async deliver(user: string, folder: string, mail: Buffer): Promise<void> {
        if (this.#options.storage === 'sdbox') {
            await this.#run(['save', '-u', user, '-m', folder], mail);
        } else {
            deliverToMaildir(this.#maildir(user), folder, mail, this.#owner);
        }
    }

    /** Reads a folder through doveadm, in UID order: independent of every IMAP client. */
    async list(user: string, folder: string): Promise<StoredMail[]> {
        const fields = 'uid flags hdr.message-id';
        const answer = await this.doveadm('-f', 'tab', 'fetch', '-u', user, fields, 'mailbox', folder, 'all');
        const rows = answer.replace(EMPTY_LINE, '').split('\n').slice(1);
        return rows.map(row => {
            const [uid = '', flags = '', messageId = ''] = row.split('\t');
            return { uid: Number(uid), flags: flags.split(' ').filter(Boolean), messageId };
        });
    }

    /** The flags of every mail by UID, without `\Recent`, which says who looked first and not what was done. */
    async flags(user: string, folder: string): Promise<Map<number, string[]>> {
        const mails = await this.list(user, folder);
        return new Map(mails.map(mail => [mail.uid, mail.flags.filter(flag => flag !== '\\Recent')]));
    }

    /** One mail, byte for byte as an IMAP client is given it. */
    async raw(user: string, folder: string, uid: number): Promise<Buffer> {
        const query = ['mailbox', folder, 'uid', String(uid)];
        const answer = await this.#run(['-f', 'flow', 'fetch', '-u', user, 'text', ...query]);
        // the flow format writes "text=" and then the mail; its line end closes the record
        const mail = answer.subarray('text='.length, answer.length - 1);
        return this.#options.storage === 'sdbox' ? withCrlf(mail) : mail;
    }

    /** Runs any doveadm command against this instance, e.g. `expunge`, `flags add`, `mailbox create`. */
    async doveadm(...args: string[]): Promise<string> {
        return (await this.#run(args)).toString('utf8');
    }

    async #run(args: string[], input?: Buffer): Promise<Buffer> {
        const executable = findProgram('doveadm') ?? 'doveadm';
        const options = { encoding: 'buffer', maxBuffer: MAX_ANSWER_BYTES } as const;
        const running = promisify(execFile)(executable, ['-c', this.#config, ...args], options);
        running.child.stdin?.end(input);
        return (await running).stdout;
    }

    #maildir(user: string): string {
        return join(this.#folder.path, 'mail', user, 'Maildir');
    }

    #writeFiles(pair: { key: string; cert: string }): void {
        const { path } = this.#folder;
        chmodSync(path, 0o755);
        mkdirSync(join(path, 'mail'));
        if (this.#owner) {
            chownSync(join(path, 'mail'), this.#owner.uid, this.#owner.gid);
        }
        writeFileSync(join(path, 'cert.pem'), pair.cert);
        writeFileSync(join(path, 'key.pem'), pair.key, { mode: 0o600 });
        writeFileSync(join(path, 'passwords'), passwordFile(this.users), { mode: 0o644 });
        if (this.#options.introspectionUrl) {
            writeFileSync(join(path, 'oauth2.conf'), oauth2File(this.#options.introspectionUrl), { mode: 0o644 });
        }
        const config = dovecotConfig({
            ...this.#options,
            folder: path,
            imapPort: this.port,
            imapsPort: this.imapsPort,
            authPort: this.authPort,
            mailUid: this.#owner?.uid ?? process.getuid?.() ?? 0,
            mailGid: this.#owner?.gid ?? process.getgid?.() ?? 0
        });
        writeFileSync(this.#config, config);
    }

    /** The log line comes from the master; only a greeting proves that the login service answers. */
    async #greeting(): Promise<void> {
        const socket = createConnection(this.port, this.host);
        try {
            await once(socket, 'data', { signal: AbortSignal.timeout(START_TIMEOUT_MS) });
        } catch (error) {
            throw new Error(`dovecot sent no greeting\n${this.#process?.tail() ?? ''}`, { cause: error });
        } finally {
            socket.destroy();
        }
    }
}

/** sdbox keeps bare line feeds on disk and makes CRLF of them for IMAP. */
function withCrlf(mail: Buffer): Buffer {
    return Buffer.from(mail.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1');
}
