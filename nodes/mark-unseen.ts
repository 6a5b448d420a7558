import type { Node, NodeAPI, NodeDef } from 'node-red';
import { registerFlagChange } from '../src/runtime/mail-action';

/** Takes \Seen away from the mail in `msg.mail.ref`, confirmed by the server. */
export = function (RED: NodeAPI): void {
    function MarkUnseenNode(this: Node, config: NodeDef): void {
        RED.nodes.createNode(this, config);
        registerFlagChange(RED, this, 'mark-unseen', () => ({ add: [], remove: ['\\Seen'] }));
    }
    RED.nodes.registerType('mark-unseen', MarkUnseenNode);
};
