/** The package ships no types; these cover what the tests here use. */
declare module 'node-red-node-test-helper' {
    import type { Node, NodeAPI } from 'node-red';

    type NodeFile = (RED: NodeAPI) => void;
    type Flow = ReadonlyArray<{ id: string; type: string } & Record<string, unknown>>;

    interface TestHelper {
        init(runtimePath: string, userSettings?: object): void;
        settings(userSettings?: object): object;
        load(nodes: NodeFile | NodeFile[], flow: Flow, credentials?: Record<string, object>): Promise<void>;
        unload(): Promise<void>;
        /** Stops the flows and leaves everything else as it is. */
        clearFlows(): Promise<void>;
        setFlows(flow: Flow, type?: 'full' | 'flows' | 'nodes', credentials?: Record<string, object>): Promise<void>;
        /** Typed as present: a flow that does not hold the node is a broken test, and fails at the first use. */
        getNode(id: string): Node;
        startServer(): Promise<void>;
        stopServer(): Promise<void>;
        /** supertest on the admin routes of the loaded nodes. */
        request(): unknown;
    }

    const helper: TestHelper;
    export = helper;
}
