import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { StateStore } from './store';

const RECORD = 'instance-key';
/** 256 bits for HMAC-SHA256; 72 bits tell runtimes apart. */
const KEY_BYTES = 32;
const ID_BYTES = 9;
/** 144 bits: nobody guesses one, and a header line stays short. */
const SIGNATURE_CHARS = 24;

/** The name of this runtime and the secret by which it knows again what it has made itself. */
export class InstanceKey {
    /** Public: stands in the header of sent mail. */
    readonly id: string;
    readonly #key: Buffer;

    constructor(id: string, key: Buffer) {
        this.id = id;
        this.#key = key;
    }

    /**
     * Reads the key of a runtime, and makes one at the first use. It is stored nowhere else, so a copied flow or log
     * does not carry it. A record that cannot be used is kept aside and replaced: marks made with it are then unknown.
     *
     * @throws what the store fails with.
     */
    static async load(store: StateStore): Promise<InstanceKey> {
        const loaded = await store.load(RECORD);
        const record = loaded.state === 'present' ? (loaded.value as Record<string, unknown> | null) : null;
        const { id, key } = record ?? {};
        if (typeof id === 'string' && /^[\w-]{12}$/.test(id) && typeof key === 'string') {
            const bytes = Buffer.from(key, 'base64');
            if (bytes.length === KEY_BYTES) {
                return new InstanceKey(id, bytes);
            }
        }
        if (loaded.state === 'present') {
            await store.setAside(RECORD);
        }
        const made = { id: randomBytes(ID_BYTES).toString('base64url'), key: randomBytes(KEY_BYTES) };
        await store.save(RECORD, { id: made.id, key: made.key.toString('base64') });
        return new InstanceKey(made.id, made.key);
    }

    /** Signs parts for one purpose; a signature made for another purpose is not valid here. 24 characters, base64url. */
    sign(purpose: string, ...parts: readonly string[]): string {
        const mac = createHmac('sha256', this.#key);
        for (const part of [purpose, ...parts]) {
            // length-prefixed, so that no part can borrow characters from its neighbour
            mac.update(`${Buffer.byteLength(part)}:${part}`);
        }
        return mac.digest('base64url').slice(0, SIGNATURE_CHARS);
    }

    verify(signature: string, purpose: string, ...parts: readonly string[]): boolean {
        const own = Buffer.from(this.sign(purpose, ...parts));
        const given = Buffer.from(signature);
        return given.length === own.length && timingSafeEqual(given, own);
    }
}
