import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { relocateMail, RELOCATIONS, type Place, type Relocation } from '../src/delivery/relocate';
import type { MailInfo, MailRef } from '../src/message/types';
import { folderFor, readFolderProperty, requireFolder } from '../src/runtime/folder-value';
import { messageIdOfMessage, registerMailAction } from '../src/runtime/mail-action';
import { readMailRef } from '../src/runtime/mail-ref';
import { readBoolean, readChoice, type SavedProperties } from '../src/runtime/settings';
import type { TypedProperty } from '../src/runtime/typed-value';

interface MoveSettings {
    action: Relocation;
    folder: TypedProperty | null;
    create: boolean;
}

function readSettings(saved: SavedProperties): MoveSettings {
    const action = readChoice<Relocation>(saved, 'action', [...RELOCATIONS]);
    const folder = readFolderProperty(saved);
    if (action === 'move' || action === 'copy') {
        requireFolder(folder);
    }
    return { action, folder, create: readBoolean(saved, 'create', false) };
}

/** Moves, copies or deletes the mail in `msg.mail.ref`, confirmed by the server; the reference follows the mail. */
export = function (RED: NodeAPI): void {
    function MoveMailNode(this: Node, config: NodeDef): void {
        RED.nodes.createNode(this, config);
        const read = (): MoveSettings => readSettings(config as unknown as SavedProperties);
        registerMailAction(RED, this, 'move-mail', read, async (msg, settings, { send, use }) => {
            const { action, create } = settings;
            const ref = readMailRef(msg);
            const needsFolder = action === 'move' || action === 'copy';
            const folder = needsFolder ? await folderFor(RED, this, settings.folder, msg) : '';
            const order = { action, folder, create };
            const place = await relocateMail(use(ref.account), ref, messageIdOfMessage(msg), order);
            if (place) {
                note(this, msg, action, newRef(ref, place));
            }
            send(msg);
        });
    }

    /** A mail that lies somewhere unknown gets a reference that no later node takes for another mail. */
    function newRef({ account }: MailRef, { folder, number }: Place): MailRef {
        return { account, folder, ...(number ?? { uidValidity: '', uid: 0 }) };
    }

    function note(node: Node, msg: NodeMessage, action: Relocation, ref: MailRef): void {
        if (action === 'copy') {
            Object.assign(msg, { saved: ref });
        } else {
            (msg as unknown as { mail: MailInfo }).mail.ref = ref;
        }
        if (ref.uid === 0) {
            node.warn(`the mail is in "${ref.folder}", but the server does not tell under which number`);
        }
    }

    RED.nodes.registerType('move-mail', MoveMailNode);
};
