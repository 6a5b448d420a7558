import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { MailError, MailErrorCode } from '../src/message/mail-error';
import { serveAuthservIds } from '../src/runtime/authserv-route';
import { onClose, onInput } from '../src/runtime/input';
import { readSenderFilterSettings, type SenderFilterSettings } from '../src/runtime/sender-filter-settings';
import type { SavedProperties } from '../src/runtime/settings';
import { StatusDisplay } from '../src/runtime/status';
import { authenticateMessage, satisfies } from '../src/sender/message-authentication';
import { flagMessageField, mailOfMessage, readMessageField } from '../src/sender/message-field';

/** What the red status says; the log and Catch nodes get the whole error. */
const STATUS_KEYS: Partial<Record<MailErrorCode, string>> = {
    [MailErrorCode.InvalidPattern]: 'filter-sender.status.invalid-pattern',
    [MailErrorCode.NotConfigured]: 'filter-sender.status.not-configured'
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
            const settings = readSenderFilterSettings(config as unknown as SavedProperties);
            onInput(this, async (msg, send) => send(passes(msg, settings) ? [msg, null] : [null, msg]));
        } catch (error) {
            display.show({ fill: 'red', shape: 'ring', text: statusKey(error) });
            this.error((error as Error).message);
            onInput(this, () => Promise.reject(error as Error));
        }
    }

    function passes(msg: NodeMessage & { header?: unknown }, settings: SenderFilterSettings): boolean {
        const { senders, field, mode, authentication, authservIds } = settings;
        const mail = mailOfMessage(msg);
        const verdict = authentication === 'off' ? null : authenticateMessage(mail, msg.header, authservIds);
        if (verdict) {
            mail['authentication'] = verdict;
        }
        const reading = readMessageField(mail, field);
        if (!reading.ok) {
            // who cannot be named is no configured sender, and in mode "deny" no proven stranger either
            flagMessageField(mail, field, reading.problem);
            return false;
        }
        const isWanted = senders.matches(reading.mailbox) === (mode === 'allow');
        // last, so that only mail that would pass is tried again
        return isWanted && (verdict === null || satisfies(verdict, authentication));
    }

    serveAuthservIds(RED);
    RED.nodes.registerType('filter-sender', FilterSenderNode);
};
