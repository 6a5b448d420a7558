import type { NodeAPI, NodeDef } from 'node-red';
import { ImapAccount } from '../account/imap-account';
import { parseAddress } from '../sender/mailbox-parser';
import type { ImapAccountHolder } from './account-lookup';
import type { MailSenderHolder } from './sender-lookup';

/** What is known of the addresses behind a watched mailbox. */
export interface OwnAddresses {
    /** Mail to this address comes back to the mailbox. */
    isMailbox(address: string): boolean;
    /** The mailbox answers under this address too, so an answer to all leaves it out. */
    isOurs(address: string): boolean;
}

interface SavedSmtpAccount extends NodeDef {
    imap?: unknown;
    sendAs?: unknown;
}

/**
 * The addresses of an imap-account, and of every smtp-account that belongs to it: linked to it, or with an address of
 * its own in common. Other names in `sendAs` may be those of colleagues, so mail to them does not come back; patterns
 * there say nothing about a single address.
 */
export function ownAddresses(RED: NodeAPI, imapAccountId: string): OwnAddresses {
    const holder = RED.nodes.getNode(imapAccountId) as unknown as Partial<ImapAccountHolder> | null;
    const addresses = holder?.account instanceof ImapAccount ? (holder.account.settings.addresses ?? []) : [];
    const mailbox = new Set(addresses.map(lower));
    const others = new Set<string>();
    RED.nodes.eachNode(node => {
        if (node.type !== 'smtp-account') {
            return;
        }
        const { imap, sendAs } = node as SavedSmtpAccount;
        const sender = (RED.nodes.getNode(node.id) as unknown as Partial<MailSenderHolder> | null)?.sender;
        const own = (sender?.addresses ?? []).map(lower);
        const belongs = own.some(address => mailbox.has(address)) || (imap === imapAccountId && imapAccountId !== '');
        if (belongs) {
            own.forEach(address => mailbox.add(address));
            [sendAs]
                .flat()
                .filter(isAddress)
                .map(lower)
                .forEach(address => others.add(address));
        }
    });
    return {
        isMailbox: address => mailbox.has(lower(address)),
        isOurs: address => mailbox.has(lower(address)) || others.has(lower(address))
    };
}

function isAddress(entry: unknown): entry is string {
    return typeof entry === 'string' && !/[*?]/.test(entry) && parseAddress(entry).ok;
}

function lower(address: string): string {
    return address.toLowerCase();
}
