import type { Node, NodeAPI, NodeDef } from 'node-red';
import { readFlagChange } from '../src/runtime/flag-settings';
import { registerFlagChange } from '../src/runtime/mail-action';
import type { SavedProperties } from '../src/runtime/settings';

/** Adds and removes flags and keywords of the mail in `msg.mail.ref`, confirmed by the server. */
export = function (RED: NodeAPI): void {
    function FlagMailNode(this: Node, config: NodeDef): void {
        RED.nodes.createNode(this, config);
        registerFlagChange(RED, this, 'flag-mail', () => readFlagChange(config as unknown as SavedProperties));
    }
    RED.nodes.registerType('flag-mail', FlagMailNode);
};
