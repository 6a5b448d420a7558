import { compileSenders } from '../../src/sender/pattern';
import { readMailboxes } from '../../src/smtp/mailboxes';
import type { SendingLimits, SendingSettings } from '../../src/smtp/sending-settings';

export interface SettingsParts {
    sendAs?: string[];
    signature?: SendingSettings['signature'];
    limits?: Partial<SendingLimits>;
    connections?: number;
}

/** The settings of an account that sends as "Shop <shop@example.com>", without limits unless given. */
export function sendingSettings(parts: SettingsParts = {}): SendingSettings {
    const [sender] = readMailboxes('sender', 'Shop <shop@example.com>');
    if (!sender) {
        throw new Error('the sender of the tests is no mailbox');
    }
    return {
        sender,
        sendAs: compileSenders(parts.sendAs ?? []),
        signature: parts.signature ?? null,
        limits: {
            messagesPerMinute: 0,
            messagesPerDay: 0,
            recipientsPerDay: 0,
            recipientsPerMessage: 0,
            maxBytes: 0,
            ...parts.limits
        },
        connections: parts.connections ?? 2
    };
}
