/** The parts of oidc-provider 9 that the tests use; it comes without types. */
declare module 'oidc-provider' {
    import type { IncomingMessage, ServerResponse } from 'node:http';

    interface Model {
        find(id: string): Promise<{ destroy(): Promise<void> } | undefined>;
    }

    export default class Provider {
        constructor(issuer: string, configuration: object);
        callback(): (request: IncomingMessage, response: ServerResponse) => void;
        on(event: string, listener: (...values: never[]) => void): this;
        readonly Grant: Model;
        readonly AccessToken: Model;
    }
}
