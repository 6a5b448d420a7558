import type { Node, NodeAPI, NodeDef } from 'node-red';
import { onClose, onInput } from '../src/runtime/input';
import { stripMessage } from '../src/compose/reply-message';
import { readBoolean, type SavedProperties } from '../src/runtime/settings';
import { StatusDisplay } from '../src/runtime/status';

/** Reduces `msg.payload` to what the person wrote; the full text stays in `msg.mail.text`. */
export = function (RED: NodeAPI): void {
    function StripQuoteNode(this: Node, config: NodeDef): void {
        RED.nodes.createNode(this, config);
        const display = new StatusDisplay(this);
        onClose(this, async () => display.close());
        onInput(this, async (msg, send) => {
            try {
                stripMessage(msg, readBoolean(config as unknown as SavedProperties, 'signature', true));
                display.show(null);
            } catch (error) {
                display.show({ fill: 'red', shape: 'ring', text: 'strip-quote.status.failed' });
                throw error;
            }
            send(msg);
        });
    }

    RED.nodes.registerType('strip-quote', StripQuoteNode);
};
