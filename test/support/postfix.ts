import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createCertificate } from './certificate';
import { findProgram } from './find-program';
import { findFreePort } from './free-port';
import { mailOwner } from './mail-owner';
import { OwnProcess } from './own-process';
import { postfixMainConfig, postfixMasterConfig, type PostfixOptions } from './postfix-config';
import { createTempFolder, type TempFolder } from './temp-folder';

export { BOUNCING_DOMAIN, type PostfixOptions } from './postfix-config';

const START_TIMEOUT_MS = 20_000;

export interface DeliveredMail {
    /** Envelope sender; empty for a bounce. */
    from: string;
    /** Envelope recipient. */
    to: string;
    /** With the fields that Postfix put on top: Return-Path, X-Original-To, Delivered-To, Received. */
    raw: Buffer;
}

export function postfixAvailable(): boolean {
    return findProgram('postfix') !== undefined && process.getuid?.() === 0;
}

/** Starts a Postfix of the test's own on loopback (root only); resolves when it greets. The caller must `stop()` it. */
export async function startPostfix(options: PostfixOptions = {}): Promise<Postfix> {
    const postfix = new Postfix(options, await findFreePort(), await findFreePort());
    try {
        await postfix.start();
    } catch (error) {
        await postfix.stop();
        throw error;
    }
    return postfix;
}

/** A real mail server that keeps what it takes, and from which no mail gets out. */
export class Postfix {
    readonly host = '127.0.0.1';
    /** Plain connections with STARTTLS. */
    readonly port: number;
    /** TLS from the first byte. */
    readonly tlsPort: number;
    /** PEM; give it to a client as `ca`. */
    readonly certificate: string;
    readonly #folder: TempFolder;
    #process: OwnProcess | undefined;

    /** Use startPostfix. */
    constructor(options: PostfixOptions, port: number, tlsPort: number) {
        this.port = port;
        this.tlsPort = tlsPort;
        this.#folder = createTempFolder('postfix');
        const pair = options.certificate ?? createCertificate();
        this.certificate = pair.cert;
        this.#writeFiles(options, pair);
    }

    get log(): readonly string[] {
        return this.#process?.log ?? [];
    }

    /** Everything delivered so far, oldest first. */
    mails(): DeliveredMail[] {
        const folder = join(this.#folder.path, 'mail', 'inbox', 'new');
        const names = existsSync(folder) ? readdirSync(folder) : [];
        return names.sort((a, b) => deliveredAt(a) - deliveredAt(b)).map(name => readDelivered(join(folder, name)));
    }

    /** Resolves when so many mails were delivered since the start. */
    async waitForMails(count: number, timeoutMs?: number): Promise<DeliveredMail[]> {
        const mails = (): DeliveredMail[] | false => {
            const delivered = this.mails();
            return delivered.length >= count && delivered;
        };
        if (!this.#process) {
            throw new Error('postfix was not started');
        }
        return this.#process.until(mails, `${count} delivered mails`, timeoutMs);
    }

    async start(): Promise<void> {
        const config = join(this.#folder.path, 'config');
        // creates the queue; `postfix start-fg` would too, but leaves the master alone when it is ended itself
        await promisify(execFile)(findProgram('postfix') ?? 'postfix', ['-c', config, 'check']);
        const master = join(await this.#daemonFolder(), 'master');
        // Postfix opens /dev/stdout by name, which fails for the socket that Node uses as a pipe
        const script = 'exec "$0" "$@" > >(cat)';
        const args = ['-c', script, master, '-s', '-c', config];
        this.#process = new OwnProcess('postfix', 'bash', args, { detached: true });
        await this.#process.waitForLine(/daemon started/, START_TIMEOUT_MS);
        await this.#greeting();
    }

    /** Ends the server and removes everything it wrote. */
    async stop(): Promise<void> {
        await this.#process?.stop();
        this.#folder.remove();
    }

    async #daemonFolder(): Promise<string> {
        const answer = await promisify(execFile)(findProgram('postconf') ?? 'postconf', [
            '-d',
            '-h',
            'daemon_directory'
        ]);
        return answer.stdout.trim();
    }

    #writeFiles(options: PostfixOptions, pair: { key: string; cert: string }): void {
        const { path } = this.#folder;
        const owner = mailOwner() ?? { uid: 8, gid: 8 };
        const parts = { ...options, folder: path, port: this.port, tlsPort: this.tlsPort, owner };
        chmodSync(path, 0o755);
        for (const name of ['config', 'queue', 'mail', 'data']) {
            mkdirSync(join(path, name));
        }
        chownSync(join(path, 'mail'), owner.uid, owner.gid);
        chownSync(join(path, 'data'), postfixUid(), 0);
        writeFileSync(join(path, 'cert.pem'), pair.cert);
        writeFileSync(join(path, 'key.pem'), pair.key, { mode: 0o600 });
        writeFileSync(join(path, 'config', 'main.cf'), postfixMainConfig(parts));
        writeFileSync(join(path, 'config', 'master.cf'), postfixMasterConfig(parts));
    }

    async #greeting(): Promise<void> {
        const socket = createConnection(this.port, this.host);
        try {
            await once(socket, 'data', { signal: AbortSignal.timeout(START_TIMEOUT_MS) });
        } catch (error) {
            throw new Error(`postfix sent no greeting\n${this.#process?.tail() ?? ''}`, { cause: error });
        } finally {
            socket.destroy();
        }
    }
}

/** Microseconds since 1970 out of "1764142800.Vfe00I1234M56789.host": between the two parts stands the inode. */
function deliveredAt(name: string): number {
    const [, seconds = '0', micros = '0'] = /^(\d+)\..*M(\d+)/.exec(name) ?? [];
    return Number(seconds) * 1e6 + Number(micros);
}

function readDelivered(file: string): DeliveredMail {
    // Postfix stores bare line feeds
    const text = readFileSync(file, 'latin1').replace(/\r?\n/g, '\r\n');
    const [head = ''] = text.split('\r\n\r\n', 1);
    return {
        from: /^Return-Path: <(.*)>\r?$/m.exec(head)?.[1] ?? '',
        to: /^X-Original-To: (.*?)\r?$/m.exec(head)?.[1] ?? '',
        raw: Buffer.from(text, 'latin1')
    };
}

function postfixUid(): number {
    return Number(/^postfix:[^:]*:(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'))?.[1] ?? 0);
}
