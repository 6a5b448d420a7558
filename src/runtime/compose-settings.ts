import type { Action, GuardLimits } from '../compose/loop-guard';
import { notConfigured } from '../message/mail-error';
import { readBoolean, readChoice, readWholeNumber, type SavedProperties } from './settings';
import { readTyped, type TypedProperty } from './typed-value';

/** The checked configuration of a compose-mail node. A property is null when its field is empty. */
export interface ComposeSettings {
    action: Action;
    to: TypedProperty | null;
    cc: TypedProperty | null;
    bcc: TypedProperty | null;
    subject: TypedProperty | null;
    text: TypedProperty | null;
    html: TypedProperty | null;
    quote: boolean;
    attachments: boolean;
    limits: GuardLimits;
}

/** A field of a mail is mostly written in the dialog, with {{…}} for what the message says. */
const TEXT_FIRST = ['str', 'msg', 'flow', 'global', 'env', 'jsonata'] as const;
const ACTIONS = ['reply', 'reply-all', 'forward', 'forward-inline', 'redirect', 'new'] as const;
/** A week: long enough for "one answer per absence", and what the guard remembers at least. */
const MAX_MINUTES = 7 * 24 * 60;
/** The counters can be set high, but not switched off: nothing else stops a loop with fresh Message-IDs. */
const MAX_MAILS = 10_000;

/** @throws MailError with a code of the group "settings": NOT_CONFIGURED for a mail without recipient or text. */
export function readComposeSettings(saved: SavedProperties): ComposeSettings {
    const field = (name: string, label: string): TypedProperty | null => readTyped(saved, name, label, TEXT_FIRST);
    const count = (name: string, fallback: number, max: number): number =>
        readWholeNumber(saved, name, { fallback, min: 1, max });
    const settings: ComposeSettings = {
        action: readChoice<Action>(saved, 'action', ACTIONS),
        to: field('to', 'To'),
        cc: field('cc', 'Cc'),
        bcc: field('bcc', 'Bcc'),
        subject: field('subject', 'Subject'),
        text: field('text', 'Text'),
        html: field('html', 'HTML'),
        quote: readBoolean(saved, 'quote', true),
        attachments: readBoolean(saved, 'attachments', false),
        limits: {
            maxPerSender: count('maxPerSender', 20, MAX_MAILS),
            perSenderMinutes: count('perSenderMinutes', 120, MAX_MINUTES),
            maxPerTarget: count('maxPerTarget', 30, MAX_MAILS),
            perTargetMinutes: count('perTargetMinutes', 10, MAX_MINUTES)
        }
    };
    const { action, to, text, html } = settings;
    if (!isReply(action) && !to) {
        throw notConfigured('no recipient is set', 'Enter in To who gets the mail.');
    }
    if (writesItself(action) && !text && !html) {
        throw notConfigured('the mail has no text', 'Enter a text or HTML.');
    }
    return settings;
}

export function isReply(action: Action): boolean {
    return action === 'reply' || action === 'reply-all';
}

/** Whether the mail says nothing without words of its own. */
export function writesItself(action: Action): boolean {
    return isReply(action) || action === 'new';
}
