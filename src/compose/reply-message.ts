import { MailError, MailErrorCode } from '../message/mail-error';
import { stripQuote, type StrippedReply } from './strip-quote';

interface ReplyMessage {
    payload?: unknown;
    html?: unknown;
    mail?: unknown;
}

/**
 * Sets `msg.payload` to what the person wrote and `msg.mail.reply` to all that was told apart; `msg.mail.text` keeps the
 * full text, also when this is done twice.
 *
 * @throws MailError UNREADABLE when the payload is no text; the message is unchanged then.
 */
export function stripMessage(msg: object, cutSignature: boolean): void {
    const message = msg as ReplyMessage;
    const { payload, html } = message;
    if (typeof payload !== 'string') {
        throw new MailError({
            code: MailErrorCode.Unreadable,
            kind: 'permanent',
            step: 'parse',
            problem: 'msg.payload is not the text of a mail',
            remedy: 'Use it behind imap-in or search-mail, before other nodes change the payload.'
        });
    }
    const isObject = typeof message.mail === 'object' && message.mail !== null;
    const mail = (isObject ? message.mail : (message.mail = {})) as { text?: unknown; reply?: StrippedReply };
    // the HTML is that of the whole mail: after a first time it would bring back what was cut off
    const isFirst = mail.reply === undefined;
    const reply = stripQuote(payload, isFirst && typeof html === 'string' ? html : '', cutSignature);
    message.payload = reply.text;
    mail.text = isFirst || typeof mail.text !== 'string' ? payload : mail.text;
    mail.reply = reply;
}
