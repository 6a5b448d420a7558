import type { SelectionRule } from '../imap/selection';
import { parseSearch } from '../imap/search-query';
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
import { readContentSettings } from './content-settings';
import type { ReaderOptions } from './mail-reader';
import type { StartRule } from './start';

export type AckMode = 'flow' | 'node' | 'emit';

/** The checked configuration of an imap-in node. */
export interface IntakeSettings extends ReaderOptions {
    folders: string[];
    push: boolean;
    intervalMs: number;
    start: StartRule;
    rule: SelectionRule;
    oversize: 'headers' | 'skip';
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

/**
 * Reads the saved properties of an imap-in node.
 *
 * @param baseDir what a relative attachments folder is relative to: the user directory.
 * @throws MailError with a code of the group "settings".
 */
export function readIntakeSettings(saved: SavedProperties, baseDir: string): IntakeSettings {
    // INBOX in any spelling is one folder (RFC 9051 section 5.1): named twice, each of its mails would come twice
    const folders = readList(saved, 'folders').map(folder => (/^inbox$/i.test(folder) ? 'INBOX' : folder));
    return {
        ...readContentSettings(saved, baseDir),
        folders: folders.length > 0 ? [...new Set(folders)] : ['INBOX'],
        push: readBoolean(saved, 'push', true),
        intervalMs: readNumber(saved, 'interval', { fallback: 300, min: 1, max: 86_400 }) * 1000,
        start: {
            mode: readChoice<StartRule['mode']>(saved, 'start', ['new', 'last', 'days', 'all']),
            count: readWholeNumber(saved, 'startCount', { fallback: 50, min: 0, max: 1_000_000 }),
            days: readNumber(saved, 'startDays', { fallback: 90, min: 0, max: 36_500 })
        },
        rule: { senders: compileSenders(readList(saved, 'senders')), search: parseSearch(readSearch(saved)) },
        oversize: readChoice(saved, 'oversize', ['headers', 'skip']),
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

function readAfterAction(saved: SavedProperties, property: 'afterSuccess' | 'afterFailure'): AfterAction {
    return { kind: readChoice(saved, property, AFTER_KINDS), value: readText(saved, `${property}Value`) };
}
