import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Changes } from './changes';
import { ProxyConnection } from './proxy-connection';

export interface ProxyTarget {
    host: string;
    port: number;
}

/** Starts a proxy on loopback in front of a plaintext IMAP server. The caller must `stop()` it. */
export async function startProxy(target: ProxyTarget): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    await proxy.accept();
    return proxy;
}

/** A line between client and server that a test can watch, hold up and cut. */
export class TcpProxy {
    readonly host = '127.0.0.1';
    /** Every connection so far, the closed ones too. */
    readonly connections: ProxyConnection[] = [];
    readonly #target: ProxyTarget;
    readonly #changes = new Changes();
    readonly #commands: string[] = [];
    #server: Server | undefined;
    #port = 0;
    #stalled = false;
    #delayMs = 0;
    #truncateAfter: number | undefined;

    /** Use startProxy. */
    constructor(target: ProxyTarget) {
        this.#target = target;
    }

    get port(): number {
        return this.#port;
    }

    /** What all connections have passed on from the server so far. */
    get bytesFromServer(): number {
        return this.connections.reduce((sum, connection) => sum + connection.bytesFromServer, 0);
    }

    get openConnections(): ProxyConnection[] {
        return this.connections.filter(connection => connection.open);
    }

    /** What clients sent over all connections in the order of arrival, without tags and secrets. */
    commands(): readonly string[] {
        return this.#commands;
    }

    /** Starts the list of commands anew, so that a test sees only what comes next. */
    forgetCommands(): void {
        this.#commands.length = 0;
    }

    /** Resolves when a command that matches was sent, counting those listed already. */
    waitForCommand(pattern: RegExp, timeoutMs?: number): Promise<string> {
        return this.#changes.until(
            () => this.commands().find(command => pattern.test(command)),
            () => `${pattern} among ${JSON.stringify(this.commands())}`,
            timeoutMs
        );
    }

    /** Resolves when so many connections are open at once. */
    async waitForOpenConnections(count: number, timeoutMs?: number): Promise<void> {
        const what = (): string => `${count} open connections, ${this.openConnections.length} are`;
        await this.#changes.until(() => this.openConnections.length === count, what, timeoutMs);
    }

    /** Resolves when so many connections were made since the start, closed ones included. */
    async waitForConnections(count: number, timeoutMs?: number): Promise<void> {
        const what = (): string => `${count} connections, there were ${this.connections.length}`;
        await this.#changes.until(() => this.connections.length >= count, what, timeoutMs);
    }

    /** Cuts every connection in the middle of whatever it does; new ones are still accepted. */
    cut(): void {
        for (const connection of this.openConnections) {
            connection.cut();
        }
    }

    /** Nothing passes any more in either direction, and nobody is told: a dead NAT entry. */
    stall(): void {
        this.#stalled = true;
        this.openConnections.forEach(connection => connection.stall());
    }

    /** Passes on what was held back since `stall()`. */
    resume(): void {
        this.#stalled = false;
        this.openConnections.forEach(connection => connection.resume());
    }

    /** Everything passes later by so many milliseconds from now on; 0 ends it. */
    delay(milliseconds: number): void {
        this.#delayMs = milliseconds;
        this.openConnections.forEach(connection => connection.delay(milliseconds));
    }

    /** Open connections and the next ones are cut after so many further bytes from the server; undefined ends it. */
    truncateAfter(bytes: number | undefined): void {
        this.#truncateAfter = bytes;
        this.openConnections.forEach(connection => connection.truncateAfter(bytes));
    }

    /** New connections are refused until `accept()`; open ones stay. */
    refuse(): void {
        this.#server?.close();
        this.#server = undefined;
    }

    /** Accepts connections, after `refuse()` on the same port as before. */
    async accept(): Promise<void> {
        if (this.#server) {
            return;
        }
        this.#server = createServer({ noDelay: true }, client => this.#connect(client)).listen(this.#port, this.host);
        await once(this.#server, 'listening');
        this.#port = (this.#server.address() as AddressInfo).port;
    }

    async stop(): Promise<void> {
        const server = this.#server;
        this.refuse();
        this.cut();
        if (server?.listening) {
            await once(server, 'close');
        }
    }

    #connect(client: Socket): void {
        const server = connect({ port: this.#target.port, host: this.#target.host, noDelay: true });
        const connection = new ProxyConnection(client, server, command => {
            if (command !== undefined) {
                this.#commands.push(command);
            }
            this.#changes.notify();
        });
        if (this.#stalled) {
            connection.stall();
        }
        connection.delay(this.#delayMs);
        connection.truncateAfter(this.#truncateAfter);
        this.connections.push(connection);
        this.#changes.notify();
    }
}
