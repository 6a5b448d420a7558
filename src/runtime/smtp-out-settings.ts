import { resolve } from 'node:path';
import { readBoolean, readNumber, readText, type SavedProperties } from './settings';
import { readTyped, type TypedProperty } from './typed-value';

/** The checked configuration of an smtp-out node. */
export interface SmtpOutSettings {
    /** null: `msg.to` decides. */
    to: TypedProperty | null;
    /** null: `msg.topic` decides. */
    subject: TypedProperty | null;
    signature: boolean;
    attempts: number;
    /** Absolute; empty when no file may be read. */
    attachmentsDir: string;
}

/**
 * Reads the saved properties of an smtp-out node.
 *
 * @param baseDir what a relative folder is relative to: the user directory, as in imap-in.
 * @throws MailError with a code of the group "settings".
 */
export function readSmtpOutSettings(saved: SavedProperties, baseDir: string): SmtpOutSettings {
    const folder = readText(saved, 'attachmentsDir');
    return {
        to: readTyped(saved, 'to', 'To'),
        subject: readTyped(saved, 'subject', 'Subject'),
        signature: readBoolean(saved, 'signature', true),
        attempts: Math.trunc(readNumber(saved, 'attempts', { fallback: 5, min: 1, max: 100 })),
        attachmentsDir: folder === '' ? '' : resolve(baseDir, folder)
    };
}
