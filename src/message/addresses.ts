import { parseAddressHeader, type EmailAddress } from 'mailparser';
import { oneLine } from './header-text';
import type { Address } from './types';

/** Large lists hold some hundred recipients; `msg.mail` is cloned and stored with every message. */
export const MAX_ADDRESSES = 1000;

export interface AddressList {
    addresses: Address[];
    /** True when addresses beyond the limit were left out. */
    cut: boolean;
}

/**
 * One mailbox as most mail writes it: nothing is quoted, encoded or commented that would have to be undone. What the
 * parser makes of it is the same, at forty times the cost.
 */
const PLAIN = /^(?:(?:([A-Za-z0-9-]+(?: [A-Za-z0-9-]+)*) )?<([\w.+-]+@[A-Za-z0-9.-]+)>|([\w.+-]+@[A-Za-z0-9.-]+))$/;

/**
 * Reads To, Cc and Reply-To for display and for answering: all fields of that name, groups replaced by their members,
 * names decoded, domains as they stand (an answer needs the A-label). Entries without an address are left out. Lenient,
 * so it must never decide who sent a mail. Never throws.
 */
export function readAddresses(texts: readonly string[]): AddressList {
    if (texts.length === 0) {
        return { addresses: [], cut: false };
    }
    const [, name = '', inBrackets, bare] = (texts.length === 1 && PLAIN.exec(texts[0] as string)) || [];
    const plain = inBrackets ?? bare;
    if (plain !== undefined) {
        return { addresses: [{ name, address: plain }], cut: false };
    }
    const entries = parseAddressHeader([...texts], { flatten: true, decodePunycode: false }).value;
    const addresses = entries.slice(0, MAX_ADDRESSES).map(toAddress);
    return { addresses: addresses.filter(({ address }) => address !== ''), cut: entries.length > MAX_ADDRESSES };
}

/** The envelope sender that the receiving server wrote down: of several Return-Path fields its own is the topmost. */
export function readReturnPath(texts: readonly string[]): string {
    const [topmost] = readAddresses(texts.slice(0, 1)).addresses;
    return topmost?.address ?? '';
}

function toAddress(entry: EmailAddress): Address {
    return { name: oneLine(entry.name), address: oneLine(entry.address ?? '') };
}
