import type { Node, NodeAPI, NodeMessage } from 'node-red';
import type { Acknowledged, Outcome } from '../delivery/in-flight';
import { MailError, MailErrorCode } from '../message/mail-error';
import { onInput } from './input';
import { readChoice, type SavedProperties } from './settings';
import { settlementOf } from './settlement';
import { StatusDisplay } from './status';
import { evaluateTyped, readTyped, type TypedProperty } from './typed-value';

/** What a failure says when the message gives no reason. */
const DEFAULT_REASON = 'the flow reported a failure';
/** A reason ends in a log line, and may be the whole answer of some other system. */
const MAX_REASON_CHARS = 500;

interface AckSettings {
    failed: boolean;
    reason: TypedProperty | null;
}

/** Why an acknowledgement had no effect, and what helps. */
const REFUSALS: Record<Exclude<Acknowledged, 'settled' | 'repeated'>, [problem: string, remedy: string]> = {
    contradicts: [
        'the opposite was said of this mail before, and that counted',
        'Let one branch of the flow decide about a mail.'
    ],
    late: [
        'the time limit of the mail was over, so it counts as failed and comes again',
        'Raise the time limit in imap-in if the answer may take that long.'
    ],
    'not-awaited': [
        'the mail is done when the flow has finished with it, and nobody waits for this node',
        'In imap-in, choose that a mail is done when an ack-mail node says so.'
    ],
    unknown: [
        'no imap-in of this runtime waits for the mail; it comes again if the runtime was restarted meanwhile',
        'Check that imap-in waits for an ack-mail node, and that msg.mail.delivery.id is the one it gave.'
    ]
};

/**
 * Makes a node that tells the waiting imap-in what became of the mail in `msg.mail.delivery.id`. The message may have
 * left the runtime and come back as JSON; nothing but that id is needed. The same answer may come several times, as
 * queues deliver it; every other acknowledgement without effect is an error, because a flow that believes it has
 * settled a mail will see it again.
 */
export function registerAck(RED: NodeAPI, node: Node, saved: SavedProperties): void {
    const display = new StatusDisplay(node);
    const settlement = settlementOf(RED);
    let settings: AckSettings | null = null;
    try {
        settings = readSettings(saved);
    } catch (error) {
        display.show({ fill: 'red', shape: 'ring', text: 'ack-mail.status.not-configured' });
        node.error((error as Error).message);
    }
    onInput(node, async msg => {
        try {
            const { failed, reason } = settings ?? readSettings(saved);
            const deliveryId = readDeliveryId(msg);
            const outcome: Outcome = failed
                ? { kind: 'failed', reason: await readReason(RED, node, reason, msg) }
                : { kind: 'done' };
            const answer = settlement.acknowledge(deliveryId, outcome);
            if (answer !== 'settled' && answer !== 'repeated') {
                throw refusal(answer);
            }
            display.show(null);
        } catch (error) {
            display.show({ fill: 'red', shape: 'ring', text: 'ack-mail.status.failed' });
            throw error;
        }
    });
    node.on('close', () => display.close());
}

function readSettings(saved: SavedProperties): AckSettings {
    return {
        failed: readChoice(saved, 'outcome', ['success', 'failure']) === 'failure',
        reason: readTyped(saved, 'reason', 'Reason')
    };
}

/** A reason that cannot be evaluated must not keep the failure from being told. */
async function readReason(RED: NodeAPI, node: Node, property: TypedProperty | null, msg: NodeMessage): Promise<string> {
    try {
        const value = property && (await evaluateTyped(RED, node, property, msg)).value;
        return textOf(value).trim().slice(0, MAX_REASON_CHARS) || DEFAULT_REASON;
    } catch (error) {
        node.warn((error as Error).message);
        return DEFAULT_REASON;
    }
}

/** Of an error its message, of other data its JSON. */
function textOf(value: unknown): string {
    if (typeof value !== 'object' || value === null) {
        return String(value ?? '');
    }
    const { message } = value as { message?: unknown };
    return typeof message === 'string' ? message : JSON.stringify(value);
}

function readDeliveryId(msg: object): string {
    const id = (msg as { mail?: { delivery?: { id?: unknown } | null } | null }).mail?.delivery?.id;
    if (typeof id !== 'string' || id === '') {
        throw new MailError({
            code: MailErrorCode.NoMailReference,
            kind: 'permanent',
            step: 'flow',
            problem: 'the message has no msg.mail.delivery.id, so it is not known which mail is meant',
            remedy: 'Keep msg.mail on the way from imap-in, or send its delivery.id along and put it back.'
        });
    }
    return id;
}

function refusal(answer: keyof typeof REFUSALS): MailError {
    const [problem, remedy] = REFUSALS[answer];
    return new MailError({ code: MailErrorCode.AckRefused, kind: 'permanent', step: 'flow', problem, remedy });
}
