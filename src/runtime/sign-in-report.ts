import type { Node } from 'node-red';
import type { OAuthTokens, SignInListener } from '../account/oauth-tokens';
import { MailErrorCode, type MailError } from '../message/mail-error';

/**
 * What a mail-oauth node shows and logs of its sign-in. Config nodes have no place in the workspace for a status; Status
 * nodes and the log have it all the same.
 */
export class SignInReport implements SignInListener {
    readonly #node: Pick<Node, 'status' | 'error'>;
    #logged = '';
    #closed = false;

    constructor(node: Pick<Node, 'status' | 'error'>) {
        this.#node = node;
    }

    /** Looks once whether there is a token, so that a sign-in that is missing shows before the first mail needs it. */
    check(tokens: OAuthTokens): void {
        tokens.token().then(
            () => !this.#closed && this.signedIn(),
            // a refusal was told by `failed` already, and what is temporary is tried again by those who need it
            () => undefined
        );
    }

    /** A node deployed in the same place has a status of its own by then. */
    close(): void {
        this.#closed = true;
    }

    signedIn(): void {
        this.#logged = '';
        this.#node.status({ fill: 'green', shape: 'dot', text: 'mail-oauth.status.signed-in' });
    }

    failed(error: MailError): void {
        const isOut = error.code === MailErrorCode.SignInRequired;
        const text = isOut ? 'mail-oauth.status.sign-in' : 'mail-oauth.status.failed';
        this.#node.status({ fill: 'red', shape: 'ring', text });
        // every account that asks meets the same refusal
        if (this.#logged !== error.message) {
            this.#logged = error.message;
            this.#node.error(error.message);
        }
    }

    waiting({ userCode, verificationUri }: { userCode: string; verificationUri: string }): void {
        this.#node.status({ fill: 'yellow', shape: 'ring', text: `${userCode} · ${verificationUri}` });
    }
}
