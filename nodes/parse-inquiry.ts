import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { parseInquiries } from '../src/inquiry/parse-inquiries';
import type { NotRecognised } from '../src/inquiry/types';
import { onClose, onInput } from '../src/runtime/input';
import { eachIncomplete, eachInquiry, listOfInquiries } from '../src/runtime/inquiry-output';
import { serveInquiryPreview } from '../src/runtime/inquiry-preview';
import { type InquirySettings, readInquirySettings } from '../src/runtime/inquiry-settings';
import { InquiryStatus } from '../src/runtime/inquiry-status';
import type { SavedProperties } from '../src/runtime/settings';
import { StatusDisplay } from '../src/runtime/status';
import { mailOfMessage } from '../src/sender/message-field';

/**
 * Makes data of inquiries on output 1. Other mail leaves unchanged on output 2 with the reason in `msg.inquiry`, and so
 * does what is incomplete among the inquiries of a mail.
 */
export = function (RED: NodeAPI): void {
    serveInquiryPreview(RED);

    function ParseInquiryNode(this: Node, config: NodeDef): void {
        RED.nodes.createNode(this, config);
        const display = new StatusDisplay(this);
        onClose(this, async () => display.close());
        try {
            const settings = readInquirySettings(config as unknown as SavedProperties);
            const status = new InquiryStatus(display);
            onInput(this, async (msg, send) => send(route(this, msg, settings, status)));
        } catch (error) {
            display.show({ fill: 'red', shape: 'ring', text: 'parse-inquiry.status.invalid-settings' });
            this.error((error as Error).message);
            onInput(this, () => Promise.reject(error as Error));
        }
    }

    function route(
        node: Node,
        msg: NodeMessage,
        { profiles, output }: InquirySettings,
        status: InquiryStatus
    ): Array<NodeMessage | NodeMessage[] | null> {
        const mail = mailOfMessage(msg);
        const result = parseInquiries(msg, mail, profiles);
        if (!result.recognised) {
            if (status.notRecognised(result.problem)) {
                node.warn(warningOf(result.problem, mail['messageId']));
            }
            return [null, Object.assign(msg, { inquiry: result.problem })];
        }
        const { inquiries, incomplete } = result;
        status.recognised(inquiries[0]?.source.profile ?? '');
        const newId = RED.util.generateId;
        // first the copies: the message itself becomes that of an inquiry
        const others = eachIncomplete(msg, incomplete, newId);
        return [output === 'each' ? eachInquiry(msg, inquiries, newId) : listOfInquiries(msg, inquiries), others];
    }

    RED.nodes.registerType('parse-inquiry', ParseInquiryNode);
};

/** Names the mail by its id alone: nothing that a buyer has written belongs into a log. */
function warningOf({ message, profile = '', missing }: NotRecognised, messageId: unknown): string {
    const id = typeof messageId === 'string' && /^<[\w.!#$%&'*+/=?^`{|}~@-]{1,250}>$/.test(messageId) ? messageId : '';
    const facts = [profile, missing.length > 0 ? `missing ${missing.join(', ')}` : '', id].filter(Boolean);
    return `${message}${facts.length > 0 ? ` (${facts.join('; ')})` : ''}`;
}
