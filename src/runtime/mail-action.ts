import type { Node, NodeAPI, NodeMessage } from 'node-red';
import type { ImapAccount } from '../account/imap-account';
import { changeFlags, checkValidity, type FlagChange } from '../imap/actions';
import { MailErrorCode, type MailError } from '../message/mail-error';
import type { MailInfo } from '../message/types';
import { findImapAccount } from './account-lookup';
import { onClose, onInput, type Send } from './input';
import { readMailRef } from './mail-ref';
import { StatusDisplay } from './status';

/** What an action does for one message. */
export interface ActionContext {
    send: Send;
    /** Finds the account behind a config node id and keeps it open for this node. Throws like findImapAccount. */
    use(id: string): ImapAccount;
}

/**
 * Makes a node that does something on a mail account for each message. A failure shows red and reaches done(err).
 *
 * @param prefix catalogue of the node, for its status texts.
 * @param readSettings gives the settings, or throws the MailError that every message gets when they are wrong.
 * @param perform sends the message on once the server has confirmed what was done.
 */
export function registerMailAction<S>(
    RED: NodeAPI,
    node: Node,
    prefix: string,
    readSettings: () => S,
    perform: (msg: NodeMessage, settings: S, context: ActionContext) => Promise<void>
): void {
    const display = new StatusDisplay(node);
    const used = new Set<ImapAccount>();
    const use = (id: string): ImapAccount => {
        const account = findImapAccount(RED, id);
        used.add(account);
        account.register(node.id);
        return account;
    };
    let settings: { value: S } | null = null;
    try {
        settings = { value: readSettings() };
    } catch (error) {
        display.show({ fill: 'red', shape: 'ring', text: `${prefix}.status.not-configured` });
        node.error((error as Error).message);
    }
    onInput(node, async (msg, send) => {
        try {
            await perform(msg, settings ? settings.value : readSettings(), { send, use });
            display.show(null);
        } catch (error) {
            // a node that stops has not failed
            if ((error as Partial<MailError>).code !== MailErrorCode.Closed) {
                display.show({ fill: 'red', shape: 'ring', text: `${prefix}.status.failed` });
            }
            throw error;
        }
    });
    onClose(node, async () => {
        display.close();
        await Promise.all([...used].map(account => account.deregister(node.id)));
    });
}

/**
 * Makes a node that changes the flags of the mail in `msg.mail.ref` and passes the message on once the server has
 * confirmed it; `msg.mail.flags` then holds what is on the server.
 */
export function registerFlagChange(RED: NodeAPI, node: Node, prefix: string, readChange: () => FlagChange): void {
    registerMailAction(RED, node, prefix, readChange, async (msg, wanted, { send, use }) => {
        const ref = readMailRef(msg);
        const account = use(ref.account);
        if (wanted.add.includes('\\Deleted')) {
            account.require('delete');
        }
        const flags = await account.act('flag', ref.folder, async folder => {
            checkValidity(folder, ref);
            return changeFlags(folder, ref.uid, wanted);
        });
        (msg as unknown as { mail: MailInfo }).mail.flags = flags;
        send(msg);
    });
}

/** The Message-ID that the mail in `msg.mail` has; "" when none is known. */
export function messageIdOfMessage(msg: object): string {
    const id = (msg as { mail?: { messageId?: unknown } | null }).mail?.messageId;
    return typeof id === 'string' ? id : '';
}
