import type { Node, NodeAPI, NodeDef } from 'node-red';
import { readContentSettings } from '../src/delivery/content-settings';
import { registerFetch } from '../src/runtime/fetch-action';
import type { SavedProperties } from '../src/runtime/settings';

/** Loads text or attachments of the mail in `msg.mail.ref`, which an earlier node has emitted with less. */
export = function (RED: NodeAPI): void {
    function FetchMailNode(this: Node, config: NodeDef): void {
        RED.nodes.createNode(this, config);
        const userDir = RED.settings.userDir ?? process.cwd();
        registerFetch(RED, this, 'fetch-mail', () =>
            readContentSettings(config as unknown as SavedProperties, userDir)
        );
    }
    RED.nodes.registerType('fetch-mail', FetchMailNode);
};
