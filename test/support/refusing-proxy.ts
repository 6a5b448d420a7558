import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A command as a client gave it. */
export interface GivenCommand {
    /** Upper case; with `UID` in front for UID commands: "UID FETCH". */
    name: string;
    /** The whole line without its tag. */
    line: string;
    at: number;
    /** What was answered instead of the server; null when the command was passed on. */
    refusal: string | null;
}

/** The answer to a command without its tag, such as `NO [INUSE] later`; null passes it on. */
export type Refuse = (name: string, line: string) => string | null;

const COMMAND = /^(\S+) ((UID )?\S+)/i;
const LITERAL = /\{(\d+)(\+?)\}$/;

/** Starts a proxy on loopback in front of a plaintext IMAP server. The caller must `stop()` it. */
export async function startRefusing(target: { host: string; port: number }): Promise<RefusingProxy> {
    const proxy = new RefusingProxy(target);
    await proxy.listen();
    return proxy;
}

/** Refuses commands in the name of the server, which never hears of them, and passes on everything else. */
export class RefusingProxy {
    readonly host = '127.0.0.1';
    /** May be changed by the test at any time. */
    refuse: Refuse = () => null;
    readonly commands: GivenCommand[] = [];
    /** So many connections were made. */
    connections = 0;
    readonly #target: { host: string; port: number };
    readonly #server: Server;
    readonly #sockets = new Set<Socket>();

    /** Use startRefusing. */
    constructor(target: { host: string; port: number }) {
        this.#target = target;
        this.#server = createServer(client => this.#join(client));
    }

    get port(): number {
        return (this.#server.address() as AddressInfo).port;
    }

    /** The commands of that name, in the order in which they were given. */
    given(name: string): GivenCommand[] {
        return this.commands.filter(command => command.name === name);
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

    #join(client: Socket): void {
        this.connections++;
        const server = connect(this.#target.port, this.#target.host);
        for (const [socket, other] of [
            [client, server],
            [server, client]
        ] as const) {
            this.#sockets.add(socket);
            socket.on('error', () => other.destroy());
            socket.on('close', () => {
                this.#sockets.delete(socket);
                other.destroy();
            });
        }
        server.on('data', data => client.write(data));
        let waiting = Buffer.alloc(0);
        /** Bytes of a literal that follow, and whether they are passed on. */
        let literal = { bytes: 0, passes: true };
        client.on('data', (data: Buffer) => {
            waiting = Buffer.concat([waiting, data]);
            while (waiting.length > 0) {
                const end = waiting.indexOf('\n') + 1;
                const size = literal.bytes > 0 ? Math.min(literal.bytes, waiting.length) : end;
                if (size === 0) {
                    return;
                }
                const piece = waiting.subarray(0, size);
                waiting = waiting.subarray(size);
                if (literal.bytes > 0) {
                    literal.bytes -= size;
                } else {
                    literal = this.#readLine(piece.toString('utf8').trimEnd(), client, literal.passes);
                }
                if (literal.passes) {
                    server.write(piece);
                }
            }
        });
    }

    #readLine(line: string, client: Socket, passed: boolean): { bytes: number; passes: boolean } {
        const [, tag = '', name = ''] = COMMAND.exec(line) ?? [];
        const [, size, isUnasked] = LITERAL.exec(line) ?? [];
        if (name === '') {
            // DONE, or what follows a literal
            return { bytes: Number(size ?? 0), passes: passed || line === 'DONE' };
        }
        const given = line.slice(tag.length + 1);
        const refusal = this.refuse(name.toUpperCase(), given);
        this.commands.push({ name: name.toUpperCase(), line: given, at: performance.now(), refusal });
        if (refusal !== null) {
            client.write(`${tag} ${refusal}\r\n`);
        }
        // a literal that has to be asked for is not sent after a refusal
        const follows = refusal === null || isUnasked === '+';
        return { bytes: follows ? Number(size ?? 0) : 0, passes: refusal === null };
    }
}
