import { resolve } from 'node:path';
import type { SelectionRule } from '../imap/selection';
import { parseSearch } from '../imap/search-query';
import type { ContentPlan } from '../imap/content';
import { MailError, MailErrorCode } from '../message/mail-error';
import type { AttachmentMode, ContentMode } from '../message/types';
import {
    readBoolean,
    readChoice,
    readList,
    readNumber,
    readText,
    readWholeNumber,
    type SavedProperties
} from '../runtime/settings';
import { compileSenders } from '../sender/pattern';
import { AFTER_KINDS, type AfterAction } from './after-action';
import type { StartRule } from './start';

export type AckMode = 'flow' | 'node' | 'emit';

/** The checked configuration of an imap-in node. */
export interface IntakeSettings {
    folders: string[];
    push: boolean;
    intervalMs: number;
    start: StartRule;
    rule: SelectionRule;
    plan: ContentPlan;
    oversize: 'headers' | 'skip';
    /** Absolute; empty unless attachments are written to files. */
    attachmentsDir: string;
    /** When a mail is done: the flow has finished with it, ack-mail says so, or it was handed over. */
    ack: AckMode;
    /** How long a flow may take for one mail. */
    timeoutMs: number;
    inFlight: number;
    attempts: number;
    afterSuccess: AfterAction;
    afterFailure: AfterAction;
    /** Name of a context store; empty for files. */
    store: string;
}

const MEGABYTE = 1024 * 1024;

/**
 * Reads the saved properties of an imap-in node.
 *
 * @param baseDir what a relative attachments folder is relative to: the user directory.
 * @throws MailError with a code of the group "settings".
 */
export function readIntakeSettings(saved: SavedProperties, baseDir: string): IntakeSettings {
    // INBOX in any spelling is one folder (RFC 9051 section 5.1): named twice, each of its mails would come twice
    const folders = readList(saved, 'folders').map(folder => (/^inbox$/i.test(folder) ? 'INBOX' : folder));
    const attachments = readChoice<AttachmentMode>(saved, 'attachments', ['none', 'buffer', 'file']);
    return {
        folders: folders.length > 0 ? [...new Set(folders)] : ['INBOX'],
        push: readBoolean(saved, 'push', true),
        intervalMs: readNumber(saved, 'interval', { fallback: 300, min: 1, max: 86_400 }) * 1000,
        start: {
            mode: readChoice<StartRule['mode']>(saved, 'start', ['new', 'last', 'days', 'all']),
            count: readWholeNumber(saved, 'startCount', { fallback: 50, min: 0, max: 1_000_000 }),
            days: readNumber(saved, 'startDays', { fallback: 90, min: 0, max: 36_500 })
        },
        rule: { senders: compileSenders(readList(saved, 'senders')), search: parseSearch(readSearch(saved)) },
        plan: {
            content: readChoice<ContentMode>(saved, 'content', ['text', 'headers', 'full']),
            maxBytes: readNumber(saved, 'maxSizeMB', { fallback: 25, min: 0.001, max: 1024 }) * MEGABYTE,
            attachments
        },
        oversize: readChoice(saved, 'oversize', ['headers', 'skip']),
        attachmentsDir: attachments === 'file' ? readAttachmentsDir(saved, baseDir) : '',
        ack: readChoice<AckMode>(saved, 'ack', ['flow', 'node', 'emit']),
        timeoutMs: readNumber(saved, 'timeout', { fallback: 600, min: 1, max: 86_400 }) * 1000,
        inFlight: readWholeNumber(saved, 'inFlight', { fallback: 10, min: 1, max: 1000 }),
        attempts: readWholeNumber(saved, 'attempts', { fallback: 5, min: 1, max: 100 }),
        afterSuccess: readAfterAction(saved, 'afterSuccess'),
        afterFailure: readAfterAction(saved, 'afterFailure'),
        store: readText(saved, 'store')
    };
}

/** An object when it came from the environment as JSON, else the text of the field. */
function readSearch(saved: SavedProperties): unknown {
    return typeof saved['search'] === 'object' ? saved['search'] : readText(saved, 'search');
}

function readAttachmentsDir(saved: SavedProperties, baseDir: string): string {
    const folder = readText(saved, 'attachmentsDir');
    if (folder === '') {
        throw new MailError({
            code: MailErrorCode.InvalidProperty,
            kind: 'configuration',
            step: 'configure',
            problem: 'attachments are to be written to files but no folder is named',
            remedy: 'Name the folder in the node.'
        });
    }
    return resolve(baseDir, folder);
}

function readAfterAction(saved: SavedProperties, property: 'afterSuccess' | 'afterFailure'): AfterAction {
    return { kind: readChoice(saved, property, AFTER_KINDS), value: readText(saved, `${property}Value`) };
}
