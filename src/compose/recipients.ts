import type { Mailbox } from '../sender/mailbox-parser';
import type { Action } from './loop-guard';
import type { Original } from './original';

export interface Recipients {
    to: Mailbox[];
    cc: Mailbox[];
    bcc: Mailbox[];
}

/** What the fields of the node name; null: the field is empty. */
export interface NamedRecipients {
    to: readonly Mailbox[] | null;
    cc: readonly Mailbox[];
    bcc: readonly Mailbox[];
}

/** A Reply-To with a thousand addresses would make of every automatic answer a mail to a thousand strangers. */
export const MAX_ANSWERED = 50;

/**
 * To whom a mail goes. An answer without a To of its own goes to the Reply-To of the mail, else to its From; `reply-all`
 * adds its To and Cc. Addresses of the mailbox itself are left out of an answer, and nobody is named twice. A Bcc of the
 * mail is never looked at: who stood there is nobody else's business.
 */
export function recipientsOf(
    action: Action,
    named: NamedRecipients,
    original: Original | null,
    owns: (address: string) => boolean
): Recipients {
    const isReply = action === 'reply' || action === 'reply-all';
    const answered = isReply && original ? answeredBy(original) : [];
    const others = action === 'reply-all' && original ? [...original.to, ...original.cc] : [];
    const isForeign = ({ address }: Mailbox): boolean => !owns(address);
    const taken = new Set<string>();
    const once = (mailboxes: readonly Mailbox[]): Mailbox[] =>
        mailboxes.filter(({ address }) => !taken.has(key(address)) && taken.add(key(address)));
    return {
        to: once(named.to ?? answered.filter(isForeign)),
        cc: once([...named.cc, ...others.filter(isForeign)]),
        bcc: once(named.bcc)
    };
}

/** Leaves only the given addresses. */
export function onlyTo({ to, cc, bcc }: Recipients, addresses: readonly string[]): Recipients {
    const wanted = new Set(addresses.map(key));
    const keep = (mailboxes: Mailbox[]): Mailbox[] => mailboxes.filter(({ address }) => wanted.has(key(address)));
    return { to: keep(to), cc: keep(cc), bcc: keep(bcc) };
}

export function addressesOf({ to, cc, bcc }: Recipients): string[] {
    return [...to, ...cc, ...bcc].map(({ address }) => address);
}

/** RFC 5322 section 3.6.2: Reply-To says where answers are to go, else From. */
function answeredBy({ replyTo, author }: Original): readonly Mailbox[] {
    return replyTo.length > 0 ? replyTo : author ? [author] : [];
}

/** The domain is in lower case already; the same local part in another case is the same person. */
function key(address: string): string {
    return address.toLowerCase();
}
