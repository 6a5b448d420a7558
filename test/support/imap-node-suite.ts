import type { NodeMessage } from 'node-red';
import imapAccount = require('../../nodes/imap-account');
import { actionFlow, type Caught, type FlowPart } from './action-flow';
import { startEmbeddedImap, type EmbeddedImap, type EmbeddedImapOptions } from './embedded-imap';
import { useNodeRed, type NodeFile, type NodeRedUnderTest } from './helper';
import { startImapPeer, type ImapPeer, type PeerOptions } from './imap-peer';

/** One node that acts on mail, on a server in this process, with recorders for what it sends and fails with. */
export class ImapNodeSuite {
    readonly red: NodeRedUnderTest;
    readonly #nodes: readonly NodeFile[];
    readonly #own: FlowPart;
    readonly #servers: Array<() => Promise<void>> = [];

    private constructor(red: NodeRedUnderTest, own: FlowPart, nodes: readonly NodeFile[]) {
        this.red = red;
        this.#own = own;
        this.#nodes = nodes;
    }

    /**
     * Registers the hooks of the suite; call it once inside a `describe`.
     *
     * @param own the type of the node, and its properties where a test gives no others.
     * @param nodes its file, and those of nodes that stand behind it.
     */
    static use(own: FlowPart, ...nodes: NodeFile[]): ImapNodeSuite {
        const suite = new ImapNodeSuite(useNodeRed(), own, nodes);
        afterEach(async () => {
            await suite.red.unload();
            await Promise.all(suite.#servers.splice(0).map(stop => stop()));
        });
        return suite;
    }

    /** A server with mails, for this test. */
    async embedded(options: EmbeddedImapOptions = {}): Promise<EmbeddedImap> {
        const imap = await startEmbeddedImap(options);
        this.#servers.push(() => imap.close());
        return imap;
    }

    /** A server that says what the test wants, for this test. */
    async peer(options: PeerOptions = {}): Promise<ImapPeer> {
        const peer = await startImapPeer(options);
        this.#servers.push(() => peer.stop());
        return peer;
    }

    /** Starts the node on the server; `behind` stand between it and its recorder, in this order. */
    async start(
        { port }: { port: number },
        properties: object = {},
        { account = {}, behind = [] }: { account?: object; behind?: Array<FlowPart & { id: string }> } = {}
    ): Promise<void> {
        const server = { type: 'imap-account', name: 'Shop', host: '127.0.0.1', port, security: 'none' };
        const owner = { id: 'account', ...server, address: 'shop@example.com', ...account };
        await this.red.loadFlow(
            [imapAccount, ...this.#nodes],
            actionFlow([owner], { ...this.#own, ...properties }, behind),
            { account: { user: 'anna', password: 'secret' } }
        );
    }

    give(msg: object): void {
        this.red.node('node').receive(msg as NodeMessage);
    }

    /** Sends a message into the node and resolves with what comes out of it. */
    async pass<T extends object>(msg: object): Promise<NodeMessage & T> {
        this.give(msg);
        return this.red.waitForMessage<T>('out');
    }

    /** Sends a message into the node and resolves with the text of the error that a Catch node gets. */
    async fail(msg: object): Promise<string> {
        this.give(msg);
        return (await this.red.waitForMessage<Caught>('caught')).error.message;
    }
}
