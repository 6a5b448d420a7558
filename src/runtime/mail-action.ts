import type { Node, NodeAPI } from 'node-red';
import type { ImapAccount } from '../account/imap-account';
import { changeFlags, checkValidity, type FlagChange } from '../imap/actions';
import type { MailInfo } from '../message/types';
import { findImapAccount } from './account-lookup';
import { onClose, onInput } from './input';
import { readMailRef } from './mail-ref';
import { StatusDisplay } from './status';

/**
 * Makes a node that changes the flags of the mail in `msg.mail.ref` and passes the message on once the server has
 * confirmed it; `msg.mail.flags` then holds what is on the server.
 *
 * @param prefix catalogue of the node, for its status texts.
 * @param readChange gives the change, or throws the MailError that every message gets when the node is set up wrongly.
 */
export function registerFlagChange(RED: NodeAPI, node: Node, prefix: string, readChange: () => FlagChange): void {
    const display = new StatusDisplay(node);
    const used = new Set<ImapAccount>();
    let change: FlagChange | null = null;
    try {
        change = readChange();
    } catch (error) {
        display.show({ fill: 'red', shape: 'ring', text: `${prefix}.status.not-configured` });
        node.error((error as Error).message);
    }
    onInput(node, async (msg, send) => {
        try {
            const wanted = change ?? readChange();
            const ref = readMailRef(msg);
            const account = findImapAccount(RED, ref.account);
            used.add(account);
            account.register(node.id);
            if (wanted.add.includes('\\Deleted')) {
                account.require('delete');
            }
            const flags = await account.act('flag', ref.folder, async folder => {
                checkValidity(folder, ref);
                return changeFlags(folder, ref.uid, wanted);
            });
            (msg as unknown as { mail: MailInfo }).mail.flags = flags;
            display.show(null);
            send(msg);
        } catch (error) {
            display.show({ fill: 'red', shape: 'ring', text: `${prefix}.status.failed` });
            throw error;
        }
    });
    onClose(node, async () => {
        display.close();
        await Promise.all([...used].map(account => account.deregister(node.id)));
    });
}
