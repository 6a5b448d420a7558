import type { Mailbox } from '../sender/mailbox-parser';
import type { SenderMatcher } from '../sender/pattern';
import type { Signature } from './body';

/** What the provider allows; 0 = no limit. */
export interface SendingLimits {
    messagesPerMinute: number;
    /** Per day in UTC. */
    messagesPerDay: number;
    /** Per day in UTC. */
    recipientsPerDay: number;
    recipientsPerMessage: number;
    maxBytes: number;
}

/** As whom and how much an account may send. */
export interface SendingSettings {
    sender: Mailbox;
    /** The other addresses that `msg.sendAs` may name. */
    sendAs: SenderMatcher;
    /** null: the account has none. */
    signature: Signature | null;
    limits: SendingLimits;
    /** Connections at the same time. */
    connections: number;
}
