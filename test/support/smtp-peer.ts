import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Changes } from './changes';

/** Says nothing to what the client sent. */
export const SILENCE = Symbol('silence');
/** Ends the connection in place of an answer. */
export const HANG_UP = Symbol('hang up');
export type SmtpAnswer = string | typeof SILENCE | typeof HANG_UP;

/**
 * What the peer says to a line of the client, without its CRLF. "" stands for the connection itself (the greeting),
 * "message" for the first bytes after DATA, "." for the final dot. undefined: the usual answer.
 */
export type SmtpScript = (line: string, connection: number) => SmtpAnswer | undefined;

/** Starts an SMTP server that follows a script, so that it may misbehave at any point. The caller must `stop()` it. */
export async function startSmtpPeer(script: SmtpScript = () => undefined): Promise<SmtpPeer> {
    const peer = new SmtpPeer(script);
    peer.server.listen(0, peer.host);
    await once(peer.server, 'listening');
    return peer;
}

/** A server in clear text without extensions other than AUTH PLAIN. */
export class SmtpPeer {
    readonly host = '127.0.0.1';
    readonly server: Server;
    /** Every line of every client outside of messages. */
    readonly lines: string[] = [];
    /** Bodies that were ended by a dot, whatever was answered. */
    readonly messages: string[] = [];
    /** Connections since the start, and the most at one time. */
    connections = 0;
    mostAtOnce = 0;
    script: SmtpScript;
    readonly #sockets = new Set<Socket>();
    readonly #changes = new Changes();

    /** Use startSmtpPeer. */
    constructor(script: SmtpScript) {
        this.script = script;
        this.server = createServer(socket => this.#serve(socket));
    }

    get port(): number {
        return (this.server.address() as AddressInfo).port;
    }

    /** Resolves when a client has sent such a line. */
    async waitForLine(pattern: RegExp): Promise<void> {
        await this.#changes.until(
            () => this.lines.some(line => pattern.test(line)),
            () => `a line like ${pattern}`
        );
    }

    /** Resolves when so many messages came to their final dot. */
    async waitForMessages(count: number): Promise<void> {
        const what = (): string => `${count} messages, ${this.messages.length} came`;
        await this.#changes.until(() => this.messages.length >= count, what);
    }

    /** Ends every connection as a server ends an idle one; resolves when the clients have answered. */
    async hangUp(): Promise<void> {
        await Promise.all(
            [...this.#sockets].map(async socket => {
                socket.end();
                await once(socket, 'close');
            })
        );
    }

    async stop(): Promise<void> {
        this.server.close();
        this.#sockets.forEach(socket => socket.destroy());
        await once(this.server, 'close');
    }

    #serve(socket: Socket): void {
        const connection = ++this.connections;
        this.#sockets.add(socket);
        this.mostAtOnce = Math.max(this.mostAtOnce, this.#sockets.size);
        // clients that hang up are what these tests are about
        socket.on('error', () => undefined);
        socket.on('close', () => this.#sockets.delete(socket));
        socket.setEncoding('latin1');
        const say = (line: string, usual: string): boolean => {
            const answer = this.script(line, connection) ?? usual;
            if (answer === HANG_UP) {
                socket.destroy();
                return false;
            }
            if (answer !== SILENCE) {
                socket.write(`${answer}\r\n`);
            }
            return answer === usual;
        };
        let pending = '';
        let message: string | null = null;
        socket.on('data', (chunk: string) => {
            if (message === '') {
                const answer = this.script('message', connection);
                if (answer === HANG_UP) {
                    socket.destroy();
                    return;
                }
            }
            pending += chunk;
            for (let end = pending.indexOf('\r\n'); end >= 0; end = pending.indexOf('\r\n')) {
                const line = pending.slice(0, end);
                pending = pending.slice(end + 2);
                if (message === null) {
                    this.lines.push(line);
                    message = say(line, usualAnswer(line)) && line === 'DATA' ? '' : null;
                } else if (line === '.') {
                    this.messages.push(message);
                    message = null;
                    say('.', '250 2.0.0 kept');
                } else {
                    message += `${line.replace(/^\./, '')}\r\n`;
                }
                this.#changes.notify();
            }
        });
        say('', '220 peer.example ESMTP');
    }
}

function usualAnswer(line: string): string {
    const command = line.slice(0, 4).toUpperCase();
    switch (command) {
        case 'EHLO':
            return '250-peer.example\r\n250 AUTH PLAIN';
        case 'AUTH':
            return '235 2.7.0 welcome';
        case 'DATA':
            return '354 go on';
        case 'QUIT':
            return '221 bye';
        case 'STAR':
            return '502 5.5.1 not here';
        default:
            return '250 2.0.0 ok';
    }
}
