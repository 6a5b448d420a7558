import type { InstanceKey } from '../state/instance-key';

/** A target, and the proof with which smtp-out reports that the mail has reached it. Plain JSON; part of the message. */
export interface HandledTarget {
    address: string;
    /** Empty when the mail cannot be known again. */
    token: string;
}

/** 96 bits: two mails do not share a key by chance. */
const KEY_CHARS = 16;

/** The key under which a mail to a target is remembered, with a signature: a foreign message must not set keys. */
export function tokenFor(key: InstanceKey, parts: readonly string[]): string {
    const name = key.sign('handled', ...parts).slice(0, KEY_CHARS);
    return `${name}.${key.sign('token', name)}`;
}

/** The key in a token of this runtime, else null. */
export function openToken(key: InstanceKey, token: string): string | null {
    const [name = '', signature = ''] = token.split('.', 2);
    return key.verify(signature, 'token', name) ? name : null;
}

/** More recipients than any account allows in one mail; a message must not make smtp-out work for a million of them. */
const MAX_TARGETS = 10_000;

/** The targets in `msg.composed`, which may have been through JSON, a queue or a function node; [] when there are none. */
export function readTargets(composed: unknown): HandledTarget[] {
    const { targets } = (composed ?? {}) as { targets?: unknown };
    const entries: unknown[] = Array.isArray(targets) ? targets.slice(0, MAX_TARGETS) : [];
    return entries.filter((entry): entry is HandledTarget => {
        const { address, token } = (entry ?? {}) as Partial<Record<keyof HandledTarget, unknown>>;
        return typeof address === 'string' && typeof token === 'string';
    });
}
