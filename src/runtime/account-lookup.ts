import type { NodeAPI } from 'node-red';
import { ImapAccount } from '../account/imap-account';
import { notConfigured } from '../message/mail-error';

/** What the imap-account config node offers: an account, or the reason why its settings give none. */
export interface ImapAccountHolder {
    account: ImapAccount | Error;
}

/**
 * Finds the account behind a config node id.
 *
 * @throws MailError NOT_CONFIGURED when it is missing, disabled or of another kind, or the reason why it is unusable.
 */
export function findImapAccount(RED: NodeAPI, id: string): ImapAccount {
    const holder = id === '' ? null : (RED.nodes.getNode(id) as unknown as Partial<ImapAccountHolder> | null);
    if (holder?.account instanceof Error) {
        throw holder.account;
    }
    // the id may come from a message, and nodes of other kinds have an "account" too
    if (!(holder?.account instanceof ImapAccount)) {
        throw notConfigured(
            'no account is chosen, or it is missing or disabled',
            'Choose an account in the node and deploy.'
        );
    }
    return holder.account;
}
