import type { Node, NodeAPI, NodeDef } from 'node-red';
import { composeCopy } from '../src/delivery/compose-copy';
import { saveBytes, saveOriginal } from '../src/delivery/save-mail';
import { parseFlag } from '../src/imap/actions';
import { findImapAccount } from '../src/runtime/account-lookup';
import { folderFor, readFolderProperty, requireFolder } from '../src/runtime/folder-value';
import { messageIdOfMessage, registerMailAction } from '../src/runtime/mail-action';
import { readMailRef } from '../src/runtime/mail-ref';
import { readBoolean, readChoice, readList, readText, type SavedProperties } from '../src/runtime/settings';
import type { TypedProperty } from '../src/runtime/typed-value';
import type { MessageFields } from '../src/smtp/outgoing';

interface SaveSettings {
    account: string;
    folder: TypedProperty | null;
    source: 'original' | 'composed';
    flags: string[];
    create: boolean;
}

function readSettings(saved: SavedProperties): SaveSettings {
    const folder = readFolderProperty(saved);
    requireFolder(folder);
    return {
        account: readText(saved, 'account'),
        folder,
        source: readChoice(saved, 'source', ['original', 'composed']),
        flags: readList(saved, 'flags').map(parseFlag),
        create: readBoolean(saved, 'create', false)
    };
}

/** Stores a copy of the mail in `msg.mail.ref`, or the mail that the message would be, in a folder. */
export = function (RED: NodeAPI): void {
    function SaveMailNode(this: Node, config: NodeDef): void {
        RED.nodes.createNode(this, config);
        // whole mails lie in memory while they are stored: one at a time
        let turn: Promise<unknown> = Promise.resolve();
        const read = (): SaveSettings => {
            const settings = readSettings(config as unknown as SavedProperties);
            findImapAccount(RED, settings.account);
            return settings;
        };
        registerMailAction(RED, this, 'save-mail', read, async (msg, settings, { send, use }) => {
            const account = use(settings.account);
            const folder = await folderFor(RED, this, settings.folder, msg);
            const order = { account, folder, flags: settings.flags, create: settings.create };
            const save = turn.then(async () => {
                if (settings.source === 'composed') {
                    return saveBytes(await composeCopy(msg as unknown as MessageFields, account), order);
                }
                const ref = readMailRef(msg);
                return saveOriginal(use(ref.account), ref, order, isRepeated(msg) ? messageIdOfMessage(msg) : '');
            });
            turn = save.catch(() => undefined);
            send(Object.assign(msg, { saved: await save }));
        });
    }

    /** imap-in sends a mail again when a node behind this one has failed. */
    function isRepeated(msg: object): boolean {
        const { mail } = msg as { mail?: { delivery?: { attempt?: unknown } } };
        return Number(mail?.delivery?.attempt) > 1;
    }

    RED.nodes.registerType('save-mail', SaveMailNode);
};
