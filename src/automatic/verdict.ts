/** What sort of mail it is. Everything but `human` was sent by a machine, though a person's words may be in it. */
export type AutomaticKind =
    | 'human'
    | 'auto-reply'
    | 'auto-notice'
    | 'bounce'
    | 'delay'
    | 'delivery-receipt'
    | 'read-receipt'
    | 'complaint'
    | 'report'
    | 'challenge'
    | 'calendar-reply'
    | 'bulk';

/** What mail servers say about the delivery of a mail. */
export const DELIVERY_KINDS: readonly AutomaticKind[] = ['bounce', 'delay', 'delivery-receipt'];

export type Confidence = 'certain' | 'likely' | 'weak';

/** A sign that was seen, whether it decided or was outweighed. */
export interface Reason {
    signal: string;
    /** As the sender wrote it, on one line of at most 200 characters. */
    value: string;
}

/** One recipient of a delivery report (RFC 3464 §2.3). All texts come from outside and are only shortened. */
export interface ReportedRecipient {
    recipient: string;
    /** `failed`, `delayed`, `delivered`, `relayed`, `expanded`, or "" when the report does not say. */
    action: string;
    /** Enhanced status code such as "5.1.1"; "" when there is none. */
    status: string;
    diagnostic: string;
}

/** `msg.mail.automatic`: plain JSON. */
export interface AutomaticVerdict {
    kind: AutomaticKind;
    confidence: Confidence;
    automatic: boolean;
    /** In the order found. */
    reasons: Reason[];
    /** With the kinds bounce, delay and delivery-receipt. */
    bounce?: { recipients: ReportedRecipient[]; originalMessageId: string };
    /** With the kind read-receipt. */
    mdn?: { originalMessageId: string; disposition: string; mode: string };
    /** With the kind complaint. */
    arf?: { type: string; originalMessageId: string; recipient: string };
}
