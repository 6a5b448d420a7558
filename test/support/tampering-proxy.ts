import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ProxyTarget } from './tcp-proxy';

/** What the server says next: a line with its CRLF, or the bytes of a literal. */
export interface Piece {
    bytes: Buffer;
    isLiteral: boolean;
    /** Position on this connection, from 0, and of the connection since the start, from 0. */
    index: number;
    connection: number;
}

/** The way to the client; whatever is not written is lost. */
export interface ClientEnd {
    write(bytes: Buffer | string): void;
    /** FIN. */
    end(): void;
    /** RST. */
    reset(): void;
    /** Nothing passes any more, and nobody is told. */
    silence(): void;
    readonly open: boolean;
    /** Resolves when the client has taken what was written, or has gone. */
    drained(): Promise<void>;
}

/** Decides what the client gets in place of a piece; the pieces behind it wait meanwhile. */
export type Tamper = (piece: Piece, client: ClientEnd) => void | Promise<void>;

const LITERAL = /\{(\d+)\}\r\n$/;

/** Starts a line to an IMAP server whose every answer passes through `tamper`. The caller must `stop()` it. */
export async function startTampering(target: ProxyTarget, tamper: Tamper): Promise<TamperingProxy> {
    const proxy = new TamperingProxy(target, tamper);
    await proxy.listen();
    return proxy;
}

/** A server gone wrong: a real one whose answers are changed piece by piece. */
export class TamperingProxy {
    readonly host = '127.0.0.1';
    connections = 0;
    readonly #target: ProxyTarget;
    readonly #tamper: Tamper;
    readonly #server: Server;
    readonly #sockets = new Set<Socket>();

    /** Use startTampering. */
    constructor(target: ProxyTarget, tamper: Tamper) {
        this.#target = target;
        this.#tamper = tamper;
        this.#server = createServer(client => this.#connect(client));
    }

    get port(): number {
        return (this.#server.address() as AddressInfo).port;
    }

    async listen(): Promise<void> {
        this.#server.listen(0, this.host);
        await once(this.#server, 'listening');
    }

    async stop(): Promise<void> {
        this.#server.close();
        this.#sockets.forEach(socket => socket.destroy());
        await once(this.#server, 'close');
    }

    #connect(client: Socket): void {
        const connection = this.connections++;
        const server = connect(this.#target.port, this.#target.host);
        client.setNoDelay(true);
        for (const [socket, other] of [
            [client, server],
            [server, client]
        ] as const) {
            this.#sockets.add(socket);
            socket.on('error', () => undefined);
            socket.on('close', () => {
                this.#sockets.delete(socket);
                other.destroy();
            });
        }
        client.on('data', data => server.write(data));
        let silent = false;
        const end: ClientEnd = {
            write: bytes => void (silent || client.destroyed || client.write(bytes)),
            end: () => void client.end(),
            reset: () => void client.resetAndDestroy(),
            silence: () => void (silent = true),
            get open() {
                return !client.destroyed;
            },
            drained: async () => {
                while (client.writableLength > 0 && !client.destroyed) {
                    await nextTurn();
                }
            }
        };
        void this.#pass(server, end, connection);
    }

    async #pass(server: Socket, client: ClientEnd, connection: number): Promise<void> {
        let received = Buffer.alloc(0);
        let literalBytes = 0;
        let index = 0;
        try {
            for await (const data of server) {
                received = Buffer.concat([received, data as Buffer]);
                for (;;) {
                    const length = literalBytes > 0 ? literalBytes : received.indexOf('\n') + 1;
                    if (length === 0 || received.length < length) {
                        break;
                    }
                    const bytes = received.subarray(0, length);
                    const isLiteral = literalBytes > 0;
                    received = received.subarray(length);
                    literalBytes = isLiteral ? 0 : Number(LITERAL.exec(bytes.toString('latin1'))?.[1] ?? 0);
                    await this.#tamper({ bytes, isLiteral, index: index++, connection }, client);
                }
            }
        } catch {
            // the client may hang up at any time; that is what tests are about
        }
    }
}
