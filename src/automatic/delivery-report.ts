import { shown } from './header-values';
import { type FieldBlock, readFieldBlocks, withoutType } from './report-fields';
import type { AutomaticKind, ReportedRecipient } from './verdict';

/** RFC 5321 §4.5.3.1: a path has at most 256 characters; a reply line 512, and some servers join several. */
const MAX_RECIPIENT_CHARS = 320;
const MAX_DIAGNOSTIC_CHARS = 500;

const ACTIONS = ['failed', 'delayed', 'delivered', 'relayed', 'expanded'];
/** RFC 3463 §2: what the first digit of a status says, for reports whose Action is missing. */
const ACTION_OF_CLASS: Readonly<Record<string, string>> = { '2': 'delivered', '4': 'delayed', '5': 'failed' };
const STATUS = /^[245]\.\d{1,3}\.\d{1,3}/;

/** Reads the recipients of a delivery status (RFC 3464, RFC 6533), also of one whose blocks are run together. */
export function readRecipients(text: string): ReportedRecipient[] {
    return readFieldBlocks(text)
        .filter(block => block.has('final-recipient') || block.has('original-recipient') || block.has('action'))
        .map(readRecipient);
}

function readRecipient(block: FieldBlock): ReportedRecipient {
    const [status = ''] = STATUS.exec(block.get('status') ?? '') ?? [];
    const [word = ''] = (block.get('action') ?? '').toLowerCase().split(/[^a-z]/, 1);
    return {
        recipient: shown(
            addressIn(block.get('final-recipient') ?? block.get('original-recipient')),
            MAX_RECIPIENT_CHARS
        ),
        action: ACTIONS.includes(word) ? word : (ACTION_OF_CLASS[status.charAt(0)] ?? ''),
        status,
        diagnostic: shown(withoutType(block.get('diagnostic-code') ?? ''), MAX_DIAGNOSTIC_CHARS)
    };
}

function addressIn(value = ''): string {
    const address = withoutType(value);
    return /^<[^<>]*>$/.test(address) ? address.slice(1, -1) : address;
}

/** The worst outcome gives the kind: one failed recipient is not made good by another who got the mail. */
export function kindOfRecipients(recipients: readonly ReportedRecipient[]): AutomaticKind | null {
    const actions = new Set(recipients.map(recipient => recipient.action));
    if (actions.has('failed')) {
        return 'bounce';
    }
    if (actions.has('delayed')) {
        return 'delay';
    }
    return ['delivered', 'relayed', 'expanded'].some(action => actions.has(action)) ? 'delivery-receipt' : null;
}
