import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { MailError, MailErrorCode } from '../message/mail-error';
import { FileStore } from '../state/file-store';
import type { OAuthSettings } from './oauth-settings';

/** What is kept of one sign-in. */
export interface StoredSignIn {
    accessToken: string;
    /** Empty where the provider gave none. */
    refreshToken: string;
    /** Of the access token; milliseconds since 1970. */
    expiresAt: number;
    scopes: string;
    /** Address of who signed in; empty when it is not known. */
    user: string;
}

/** By what they were issued for, the newest last. */
type Content = Array<[binding: string, signIn: StoredSignIn]>;

const CIPHER = 'aes-256-gcm';
/** NIST SP 800-38D section 8.2: 96 random bits for each file that is written. */
const IV_BYTES = 12;
/** One is deployed, one may be tried out in a dialog that is then cancelled. */
const MAX_SIGN_INS = 3;

/**
 * What a token was issued for: it is of use for nothing else, and must be sent to no other server. A refresh token that
 * the user gives counts as well, so that a newly given one takes the place of what became of the one before.
 */
export function bindingOf({ tokenUrl, clientId, refreshToken }: OAuthSettings): string {
    const hash = createHash('sha256');
    for (const part of [tokenUrl, clientId, refreshToken]) {
        hash.update(`${Buffer.byteLength(part)}:${part}`);
    }
    return hash.digest('base64url');
}

/**
 * Keeps the tokens of mail-oauth nodes, one file for each, encrypted with the secret by which Node-RED encrypts
 * credentials. A file that cannot be read or decrypted counts as "nobody has signed in".
 */
export class TokenStore {
    readonly #files: FileStore;
    readonly #secret: () => string | null;
    /** Reading, changing and writing belong together. */
    #turn: Promise<unknown> = Promise.resolve();

    /** @param secret null when Node-RED itself stores credentials in clear text; asked for each file. */
    constructor(folder: string, secret: () => string | null) {
        this.#files = new FileStore(folder);
        this.#secret = secret;
    }

    /** @throws MailError TOKEN_STORE_FAILED */
    load(id: string, binding: string): Promise<StoredSignIn | null> {
        return this.#inTurn(async () => (await this.#read(id)).find(([known]) => known === binding)?.[1] ?? null);
    }

    /** Resolves when it would survive a power cut. Throws MailError TOKEN_STORE_FAILED. */
    save(id: string, binding: string, signIn: StoredSignIn): Promise<void> {
        return this.#inTurn(async () => {
            const others = (await this.#read(id)).filter(([known]) => known !== binding);
            await this.#write(id, [...others, [binding, signIn] as Content[number]].slice(-MAX_SIGN_INS));
        });
    }

    /** Removes every sign-in of a node. Throws MailError TOKEN_STORE_FAILED. */
    forget(id: string): Promise<void> {
        return this.#inTurn(() => this.#files.remove(id));
    }

    async #read(id: string): Promise<Content> {
        const loaded = await this.#files.load(id);
        return loaded.state === 'present' ? this.#open(id, loaded.value) : [];
    }

    async #write(id: string, content: Content): Promise<void> {
        await this.#files.save(id, this.#seal(id, content));
    }

    #seal(id: string, content: Content): unknown {
        const secret = this.#secret();
        if (secret === null) {
            return { clear: content };
        }
        const iv = randomBytes(IV_BYTES);
        // the name of the node is checked too, so that no file serves in the place of another
        const cipher = createCipheriv(CIPHER, keyOf(secret), iv).setAAD(Buffer.from(id));
        const sealed = Buffer.concat([cipher.update(JSON.stringify(content), 'utf8'), cipher.final()]);
        const [ivText, data, tag] = [iv, sealed, cipher.getAuthTag()].map(bytes => bytes.toString('base64'));
        return { iv: ivText, data, tag };
    }

    #open(id: string, value: unknown): Content {
        const { clear, iv, data, tag } = (value ?? {}) as Record<string, unknown>;
        if (clear !== undefined) {
            return contentOf(clear);
        }
        const secret = this.#secret();
        if (secret === null) {
            return [];
        }
        try {
            const [ivBytes, sealed, tagBytes] = [iv, data, tag].map(text => Buffer.from(String(text), 'base64'));
            const decipher = createDecipheriv(CIPHER, keyOf(secret), ivBytes as Buffer, { authTagLength: 16 });
            decipher.setAAD(Buffer.from(id)).setAuthTag(tagBytes as Buffer);
            const text = Buffer.concat([decipher.update(sealed as Buffer), decipher.final()]).toString('utf8');
            return contentOf(JSON.parse(text));
        } catch {
            // another secret, or a file that somebody has changed: what it held is lost either way
            return [];
        }
    }

    #inTurn<T>(work: () => Promise<T>): Promise<T> {
        const run = this.#turn.then(work).catch((error: unknown) => {
            throw new MailError({
                code: MailErrorCode.TokenStoreFailed,
                kind: 'temporary',
                step: 'sign-in',
                problem: `the token store cannot be used: ${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}`,
                remedy: 'Check disk space, and that Node-RED may write in its user directory.'
            });
        });
        this.#turn = run.catch(() => undefined);
        return run;
    }
}

/** The secret has any length and may serve elsewhere: the key is made of it for this purpose alone (RFC 5869). */
function keyOf(secret: string): Buffer {
    return Buffer.from(hkdfSync('sha256', secret, '', 'mailflow token store', 32));
}

function contentOf(value: unknown): Content {
    return Array.isArray(value) ? (value as unknown[]).filter(isEntry) : [];
}

function isEntry(entry: unknown): entry is Content[number] {
    const [binding, signIn] = Array.isArray(entry) ? (entry as unknown[]) : [];
    const { accessToken, refreshToken, expiresAt, scopes, user } = (signIn ?? {}) as Record<string, unknown>;
    return (
        [binding, accessToken, refreshToken, scopes, user].every(text => typeof text === 'string') &&
        typeof expiresAt === 'number'
    );
}
