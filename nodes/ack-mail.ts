import type { Node, NodeAPI, NodeDef } from 'node-red';
import { registerAck } from '../src/runtime/ack';
import type { SavedProperties } from '../src/runtime/settings';

/** Settles the mail in `msg.mail.delivery.id` for an imap-in that waits for it. */
export = function (RED: NodeAPI): void {
    function AckMailNode(this: Node, config: NodeDef): void {
        RED.nodes.createNode(this, config);
        registerAck(RED, this, config as unknown as SavedProperties);
    }
    RED.nodes.registerType('ack-mail', AckMailNode);
};
