import type { Node, NodeAPI, NodeDef } from 'node-red';
import { classify } from '../src/automatic/classify';
import { readAutomaticInput } from '../src/automatic/message-input';
import type { AutomaticKind } from '../src/automatic/verdict';
import { onClose, onInput } from '../src/runtime/input';
import { readChoice, type SavedProperties } from '../src/runtime/settings';
import { StatusDisplay } from '../src/runtime/status';
import { mailOfMessage } from '../src/sender/message-field';

/** Kinds that leave by the first output; all others leave by the second. */
function readHumanKinds(saved: SavedProperties): ReadonlySet<AutomaticKind> {
    const kinds = new Set<AutomaticKind>(['human']);
    // help desks send what their staff wrote as notices
    if (readChoice(saved, 'notices', ['human', 'automatic']) === 'human') {
        kinds.add('auto-notice');
    }
    if (readChoice(saved, 'bulk', ['automatic', 'human']) === 'human') {
        kinds.add('bulk');
    }
    return kinds;
}

/** Passes what people wrote to output 1 and automatic mail to output 2, and says why in `msg.mail.automatic`. */
export = function (RED: NodeAPI): void {
    function FilterAutomaticNode(this: Node, config: NodeDef): void {
        RED.nodes.createNode(this, config);
        const display = new StatusDisplay(this);
        onClose(this, async () => display.close());
        try {
            const humanKinds = readHumanKinds(config as unknown as SavedProperties);
            onInput(this, async (msg, send) => {
                const mail = mailOfMessage(msg);
                const verdict = classify(readAutomaticInput(msg));
                mail['automatic'] = verdict;
                send(humanKinds.has(verdict.kind) ? [msg, null] : [null, msg]);
            });
        } catch (error) {
            display.show({ fill: 'red', shape: 'ring', text: 'filter-automatic.status.invalid-settings' });
            this.error((error as Error).message);
            onInput(this, () => Promise.reject(error as Error));
        }
    }

    RED.nodes.registerType('filter-automatic', FilterAutomaticNode);
};
