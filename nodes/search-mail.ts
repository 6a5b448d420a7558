import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { prepareAttachmentsFolder } from '../src/delivery/attachments-folder';
import { runSearch } from '../src/delivery/search-run';
import { findImapAccount } from '../src/runtime/account-lookup';
import { folderFor } from '../src/runtime/folder-value';
import { onClose } from '../src/runtime/input';
import { registerMailAction } from '../src/runtime/mail-action';
import { readSearchSettings, searchFor, type SearchSettings } from '../src/runtime/search-settings';
import { mailSequence } from '../src/runtime/mail-sequence';
import type { SavedProperties } from '../src/runtime/settings';

/** Emits the mails of a folder that match a search, as a sequence, or one empty message. */
export = function (RED: NodeAPI): void {
    function SearchMailNode(this: Node, config: NodeDef): void {
        RED.nodes.createNode(this, config);
        const stop = new AbortController();
        const read = (): SearchSettings => {
            const saved = config as unknown as SavedProperties;
            const settings = readSearchSettings(saved, RED.settings.userDir ?? process.cwd());
            findImapAccount(RED, settings.account);
            return settings;
        };
        onClose(this, async () => stop.abort());
        registerMailAction(RED, this, 'search-mail', read, async (msg, settings, { send, use }) => {
            const account = use(settings.account);
            const { limit, reader } = settings;
            const query = await searchFor(RED, this, settings.search, msg);
            const folder = await folderFor(RED, this, settings.folder, msg, 'INBOX');
            if (reader.attachmentsDir !== '') {
                await prepareAttachmentsFolder(reader.attachmentsDir);
            }
            const sequence = mailSequence(RED, msg);
            const order = { ...reader, folder, query, limit };
            const found = await runSearch(account, order, stop.signal, (mail, index, count) =>
                send(sequence(mail, index, count))
            );
            if (found === 0) {
                send(Object.assign(msg, { payload: [] }) as NodeMessage);
            }
        });
    }

    RED.nodes.registerType('search-mail', SearchMailNode);
};
