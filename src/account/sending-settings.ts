import { MailError, MailErrorCode } from '../message/mail-error';
import type { ServerSettings } from '../message/server-settings';
import { readList, readNumber, readText, type SavedProperties } from '../runtime/settings';
import { parseAddress, type Mailbox } from '../sender/mailbox-parser';
import { compileSenders } from '../sender/pattern';
import { readMailboxes } from '../smtp/mailboxes';
import type { SendingLimits, SendingSettings } from '../smtp/sending-settings';

const MAX_CONNECTIONS = 50;
const NO_LIMIT = { fallback: 0, min: 0, max: 10_000_000 };

/**
 * Reads as whom and how much a saved smtp-account may send.
 *
 * @throws MailError NOT_CONFIGURED when no sender address is known; INVALID_PROPERTY, INVALID_PATTERN, ADDRESS_INVALID,
 * ENV_MISSING.
 */
export function readSendingSettings(saved: SavedProperties, server: ServerSettings): SendingSettings {
    const text = readText(saved, 'signatureText');
    const html = readText(saved, 'signatureHtml');
    return {
        sender: readSender(saved, server),
        sendAs: compileSenders(readList(saved, 'sendAs')),
        signature: text || html ? { text, html } : null,
        limits: readLimits(saved),
        connections: Math.trunc(readNumber(saved, 'connections', { fallback: 2, min: 1, max: MAX_CONNECTIONS }))
    };
}

function readSender(saved: SavedProperties, server: ServerSettings): Mailbox {
    const name = readText(saved, 'senderName');
    const address = readText(saved, 'senderAddress') || loginAddress(server);
    const [sender] = address === '' ? [] : readMailboxes('senderAddress', { name, address });
    if (!sender) {
        throw new MailError({
            code: MailErrorCode.NotConfigured,
            kind: 'configuration',
            step: 'configure',
            account: server.label,
            problem: 'no sender address is set, and the user name is no address',
            remedy: 'Enter the sender address in the account and deploy.'
        });
    }
    return sender;
}

function loginAddress(server: ServerSettings): string {
    const user = server.login?.user ?? '';
    return parseAddress(user).ok ? user : '';
}

function readLimits(saved: SavedProperties): SendingLimits {
    const limit = (name: string): number => Math.trunc(readNumber(saved, name, NO_LIMIT));
    return {
        messagesPerMinute: limit('messagesPerMinute'),
        messagesPerDay: limit('messagesPerDay'),
        recipientsPerDay: limit('recipientsPerDay'),
        recipientsPerMessage: limit('recipientsPerMessage'),
        maxBytes: Math.trunc(readNumber(saved, 'maxSizeMB', { fallback: 0, min: 0, max: 1_000 }) * 1024 * 1024)
    };
}
