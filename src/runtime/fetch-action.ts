import type { Node, NodeAPI } from 'node-red';
import type { ImapAccount } from '../account/imap-account';
import { fetchLater, wantsAttachmentsAlone } from '../delivery/later-fetch';
import type { ReaderOptions } from '../delivery/mail-reader';
import { findImapAccount } from './account-lookup';
import { listedParts, takeFetched } from './fetched-fields';
import { onClose, onInput } from './input';
import { readMailRef } from './mail-ref';
import { StatusDisplay } from './status';

/**
 * Makes a node that loads more of the mail in `msg.mail.ref` and passes the message on with it.
 *
 * @param prefix catalogue of the node, for its status texts.
 * @param readOptions gives what is loaded, or throws the MailError that every message gets when the node is set up
 * wrongly.
 */
export function registerFetch(RED: NodeAPI, node: Node, prefix: string, readOptions: () => ReaderOptions): void {
    const display = new StatusDisplay(node);
    const used = new Set<ImapAccount>();
    let options: ReaderOptions | null = null;
    let running = 0;
    try {
        options = readOptions();
    } catch (error) {
        display.show({ fill: 'red', shape: 'ring', text: `${prefix}.status.not-configured` });
        node.error((error as Error).message);
    }
    onInput(node, async (msg, send) => {
        running++;
        try {
            const wanted = options ?? readOptions();
            const ref = readMailRef(msg);
            const account = findImapAccount(RED, ref.account);
            used.add(account);
            account.register(node.id);
            display.show({ fill: 'blue', shape: 'dot', text: `${prefix}.status.loading` });
            const only = wanted.plan.attachments === 'none' ? null : listedParts(msg);
            const fetched = await fetchLater(account, ref, wanted, only);
            takeFetched(msg, fetched, wantsAttachmentsAlone(wanted.plan));
            if (running === 1) {
                display.show(null);
            }
            send(msg);
        } catch (error) {
            display.show({ fill: 'red', shape: 'ring', text: `${prefix}.status.failed` });
            throw error;
        } finally {
            running--;
        }
    });
    onClose(node, async () => {
        display.close();
        await Promise.all([...used].map(account => account.deregister(node.id)));
    });
}
