import { randomBytes } from 'node:crypto';
import type { InstanceKey } from '../state/instance-key';
import type { Original } from './original';

/** Stands in the header of everything that was composed from a received mail. */
export const MARK_FIELD = 'X-Mailflow-Forward';
const PURPOSE = 'mark';
/** Id of the runtime, a number used once, and a signature: none of them says anything about the mail. */
const MARK = /^([\w-]{12}) ([\w-]{12}) ([\w-]{24})$/;
const NONCE_BYTES = 9;
/** As many runtimes pass a mail around before anybody wonders. */
const MAX_CARRIED = 10;

/** A fresh mark of this runtime. */
export function newMark(key: InstanceKey): string {
    const nonce = randomBytes(NONCE_BYTES).toString('base64url');
    return `${key.id} ${nonce} ${key.sign(PURPOSE, nonce)}`;
}

/** Whether this runtime has made the mark: a foreign or forged one is not a reason to keep a mail back. */
export function isOwnMark(value: string, key: InstanceKey): boolean {
    const [, id = '', nonce = '', signature = ''] = MARK.exec(value.trim()) ?? [];
    return id === key.id && key.verify(signature, PURPOSE, nonce);
}

/**
 * The marks of a mail made from `original`: our own, and those of other runtimes that it came with, as Received lines
 * are carried along. So two runtimes that pass mail to each other stop after one round.
 */
export function marksFor(original: Original, key: InstanceKey): string[] {
    const carried = original.header(MARK_FIELD.toLowerCase()).map(value => value.trim());
    return [newMark(key), ...carried.filter(value => MARK.test(value)).slice(0, MAX_CARRIED)];
}

/**
 * What tells other machines that no person wrote this (RFC 3834 section 5), and that no machine is to answer. Not
 * "All", which also keeps Exchange from reporting that the mail could not be delivered ([MS-OXCMAIL] 2.1.3.2.20).
 */
export function automaticFields(submitted: 'auto-replied' | 'auto-generated'): Record<string, string> {
    return {
        'Auto-Submitted': submitted,
        'X-Auto-Response-Suppress': 'DR, RN, NRN, OOF, AutoReply'
    };
}
