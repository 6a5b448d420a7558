import { MailErrorCode, type MailError } from '../message/mail-error';
import type { StatusDisplay, StatusView } from './status';

/** Fewer waiting mails than this are ordinary business and not an import whose progress is worth showing. */
const IMPORT_MIN = 10;

type FolderState =
    | { phase: 'connecting' }
    | { phase: 'contact'; watching: 'push' | 'poll'; at: Date }
    | { phase: 'failed'; code: MailErrorCode }
    /** Nothing failed, and nothing was heard either: a look that takes for ever. */
    | { phase: 'silent' };

/** Catalogue keys for failures that a user can act on; every other one is "disconnected". */
const FAILURE_KEYS: Partial<Record<MailErrorCode, string>> = {
    [MailErrorCode.CredentialsRejected]: 'wrong-credentials',
    [MailErrorCode.SignInRequired]: 'sign-in',
    [MailErrorCode.ClientRejected]: 'wrong-credentials',
    [MailErrorCode.TokenRejected]: 'wrong-credentials',
    [MailErrorCode.FolderMissing]: 'folder-missing',
    [MailErrorCode.FolderNotSelectable]: 'folder-missing',
    [MailErrorCode.LedgerFailed]: 'ledger',
    [MailErrorCode.AttachmentFolder]: 'attachments',
    [MailErrorCode.Certificate]: 'certificate',
    [MailErrorCode.StarttlsMissing]: 'starttls-missing',
    [MailErrorCode.Throttled]: 'throttled',
    [MailErrorCode.ServerRefused]: 'refused'
};

/**
 * Status of an imap-in node over all its folders: the worst folder decides. Texts are catalogue keys, which the editor
 * shows in its own language; where a value is shown, the text has no words ("12 · 14:05" is mails and last contact).
 */
export class IntakeStatus {
    readonly #display: StatusDisplay;
    readonly #folders = new Map<string, FolderState>();
    #progress: { delivered: number; waiting: number } | null = null;
    #wired = true;

    constructor(display: StatusDisplay) {
        this.#display = display;
    }

    connecting(folder: string): void {
        const state = this.#folders.get(folder);
        // a reconnect after trouble keeps showing the trouble until it is over
        if (state === undefined || state.phase === 'connecting') {
            this.#folders.set(folder, { phase: 'connecting' });
        }
    }

    contact(folder: string, watching: 'push' | 'poll', delivered: number): void {
        this.#progress = null;
        this.#folders.set(folder, { phase: 'contact', watching, at: new Date() });
        this.refresh(delivered);
    }

    failed(folder: string, error: MailError, delivered: number): void {
        this.#folders.set(folder, { phase: 'failed', code: error.code });
        this.refresh(delivered);
    }

    /** No contact for three intervals; a failure that is shown already says more. */
    silent(folder: string, delivered: number): void {
        if (this.#folders.get(folder)?.phase !== 'failed') {
            this.#folders.set(folder, { phase: 'silent' });
            this.refresh(delivered);
        }
    }

    progress(delivered: number, waiting: number): void {
        this.#progress = delivered + waiting >= IMPORT_MIN && waiting > 0 ? { delivered, waiting } : null;
        this.refresh(delivered);
    }

    wired(wired: boolean): void {
        this.#wired = wired;
    }

    refresh(delivered: number): void {
        // called twice for each mail, and shown four times a second
        this.#display.show(() => this.#view(delivered));
    }

    /** Where several folders are watched, the words cannot say which one is missing, but its name can. */
    #failureText(code: MailErrorCode): string {
        const folders = [...this.#folders].filter(([, state]) => state.phase === 'failed' && state.code === code);
        return code === MailErrorCode.FolderMissing && this.#folders.size > 1
            ? missing(folders.map(([folder]) => folder))
            : `imap-in.status.${FAILURE_KEYS[code] ?? 'disconnected'}`;
    }

    #view(delivered: number): StatusView {
        const states = [...this.#folders.values()];
        const failed = states.find(state => state.phase === 'failed');
        if (!this.#wired) {
            return { fill: 'yellow', shape: 'ring', text: 'imap-in.status.no-wire' };
        }
        if (failed?.phase === 'failed') {
            return { fill: 'red', shape: 'ring', text: this.#failureText(failed.code) };
        }
        if (states.some(state => state.phase === 'silent')) {
            return { fill: 'red', shape: 'ring', text: 'imap-in.status.silent' };
        }
        if (this.#progress) {
            const { delivered: done, waiting } = this.#progress;
            return { fill: 'blue', shape: 'dot', text: `${done} / ${done + waiting}` };
        }
        const contacts = states.filter(state => state.phase === 'contact');
        if (contacts.length === 0 || contacts.length < states.length) {
            return { fill: 'yellow', shape: 'ring', text: 'imap-in.status.connecting' };
        }
        const oldest = contacts.reduce((a, b) => (a.at < b.at ? a : b));
        const shape = contacts.every(state => state.watching === 'push') ? 'dot' : 'ring';
        return { fill: 'green', shape, text: `${delivered} · ${clock(oldest.at)}` };
    }
}

/** Names of folders, as a text that the editor cannot take for a catalogue key: those begin with a letter. */
function missing(folders: readonly string[]): string {
    return `✗ ${folders.map(folder => `"${folder}"`).join(', ')}`;
}

function clock(date: Date): string {
    return `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`;
}
