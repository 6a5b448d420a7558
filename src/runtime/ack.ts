import type { Node, NodeAPI, NodeMessage } from 'node-red';
import type { Outcome } from '../delivery/in-flight';
import { MailError, MailErrorCode } from '../message/mail-error';
import { onInput } from './input';
import { readChoice, type SavedProperties } from './settings';
import { settlementOf } from './settlement';
import { StatusDisplay } from './status';
import { evaluateTyped, readTyped } from './typed-value';

/** What a failure says when the node gives no reason. */
const DEFAULT_REASON = 'the flow reported a failure';

/**
 * Makes a node that tells the waiting imap-in what became of the mail in `msg.mail.delivery.id`. The message may have
 * left the runtime and come back as JSON; nothing but that id is needed.
 */
export function registerAck(RED: NodeAPI, node: Node, saved: SavedProperties): void {
    const display = new StatusDisplay(node);
    const settlement = settlementOf(RED);
    onInput(node, async msg => {
        try {
            const deliveryId = readDeliveryId(msg);
            const failed = readChoice(saved, 'outcome', ['success', 'failure']) === 'failure';
            const outcome: Outcome = failed
                ? { kind: 'failed', reason: await readReason(RED, node, saved, msg) }
                : { kind: 'done' };
            if (!settlement.acknowledge(deliveryId, outcome)) {
                throw notWaiting();
            }
            display.show(null);
        } catch (error) {
            display.show({ fill: 'red', shape: 'ring', text: 'ack-mail.status.failed' });
            throw error;
        }
    });
    node.on('close', () => display.close());
}

async function readReason(RED: NodeAPI, node: Node, saved: SavedProperties, msg: NodeMessage): Promise<string> {
    const property = readTyped(saved, 'reason', 'Reason');
    const value = property && (await evaluateTyped(RED, node, property, msg)).value;
    return value === undefined || value === null || value === '' ? DEFAULT_REASON : String(value);
}

function readDeliveryId(msg: object): string {
    const id = (msg as { mail?: { delivery?: { id?: unknown } } | null }).mail?.delivery?.id;
    if (typeof id !== 'string' || id === '') {
        throw new MailError({
            code: MailErrorCode.NoMailReference,
            kind: 'permanent',
            step: 'flow',
            problem: 'the message has no msg.mail.delivery.id, so it is not known which mail is meant',
            remedy: 'Keep msg.mail on the way from imap-in.'
        });
    }
    return id;
}

/** Said aloud, because a flow that believes it has settled a mail will see it again. */
function notWaiting(): MailError {
    return new MailError({
        code: MailErrorCode.MailGone,
        kind: 'permanent',
        step: 'flow',
        problem:
            'no imap-in waits for this mail: it was settled before, its time was over, or the runtime was restarted',
        remedy: 'Check that imap-in waits for ack-mail and that its time is long enough.'
    });
}
