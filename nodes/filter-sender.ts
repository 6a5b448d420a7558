import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { MailError, MailErrorCode } from '../src/message/mail-error';
import { onClose, onInput } from '../src/runtime/input';
import { readChoice, readList, type SavedProperties } from '../src/runtime/settings';
import { StatusDisplay } from '../src/runtime/status';
import type { SenderField } from '../src/sender/from-header';
import { flagMessageField, mailOfMessage, readMessageField } from '../src/sender/message-field';
import { compileSenders, type SenderMatcher } from '../src/sender/pattern';

interface FilterSettings {
    senders: SenderMatcher;
    field: SenderField;
    mode: 'allow' | 'deny';
}

/** Without a pattern there is nothing to decide by, and letting all or nothing through would be a guess. */
function readSettings(saved: SavedProperties): FilterSettings {
    const senders = compileSenders(readList(saved, 'senders'));
    if (senders.isEmpty) {
        throw new MailError({
            code: MailErrorCode.NotConfigured,
            kind: 'configuration',
            step: 'configure',
            problem: 'no sender is set',
            remedy: 'Open the node and enter at least one pattern, such as *@example.com.'
        });
    }
    return {
        senders,
        field: readChoice<SenderField>(saved, 'field', ['from', 'sender', 'reply-to', 'return-path']),
        mode: readChoice(saved, 'mode', ['allow', 'deny'])
    };
}

/** What the red status says; the log and Catch nodes get the whole error. */
const STATUS_KEYS: Partial<Record<MailErrorCode, string>> = {
    [MailErrorCode.InvalidPattern]: 'filter-sender.status.invalid-pattern',
    [MailErrorCode.NotConfigured]: 'filter-sender.status.no-senders'
};

function statusKey(error: unknown): string {
    const known = error instanceof MailError ? STATUS_KEYS[error.code] : undefined;
    return known ?? 'filter-sender.status.invalid-settings';
}

/** Passes mail of the configured senders to output 1 and all other mail to output 2. */
export = function (RED: NodeAPI): void {
    function FilterSenderNode(this: Node, config: NodeDef): void {
        RED.nodes.createNode(this, config);
        const display = new StatusDisplay(this);
        onClose(this, async () => display.close());
        try {
            const settings = readSettings(config as unknown as SavedProperties);
            onInput(this, async (msg, send) => send(route(msg, settings)));
        } catch (error) {
            display.show({ fill: 'red', shape: 'ring', text: statusKey(error) });
            this.error((error as Error).message);
            onInput(this, () => Promise.reject(error as Error));
        }
    }

    function route(msg: NodeMessage, { senders, field, mode }: FilterSettings): Array<NodeMessage | null> {
        const mail = mailOfMessage(msg);
        const reading = readMessageField(mail, field);
        if (!reading.ok) {
            // who cannot be named is no configured sender, and in mode "deny" no proven stranger either
            flagMessageField(mail, field, reading.problem);
            return [null, msg];
        }
        return senders.matches(reading.mailbox) === (mode === 'allow') ? [msg, null] : [null, msg];
    }

    RED.nodes.registerType('filter-sender', FilterSenderNode);
};
