import type { MailError } from '../message/mail-error';
import type { SendCount } from '../smtp/send-counter';
import { HourCounts } from './hour-counts';
import { errorReport, type ErrorReport } from './probe-report';

export type AccountType = 'imap-account' | 'smtp-account';
/** `unusable`: the settings give no account; `unused`: nothing watches it or sends through it yet. */
export type AccountState = 'ok' | 'connecting' | 'failing' | 'unusable' | 'unused';
export type FolderState = 'connecting' | 'push' | 'poll' | 'failed' | 'not-wired';

export type TimedError = ErrorReport & {
    /** ISO 8601. */
    at: string;
};

/** One folder that one imap-in watches; plain JSON, as it is served. */
export interface FolderReport {
    node: string;
    folder: string;
    state: FolderState;
    /** ISO 8601; null before the first. */
    lastContact: string | null;
    /** Mails with the flow now. */
    pending: number;
    /** Progress while many mails wait, as on the first import; else null. */
    progress: { done: number; waiting: number } | null;
}

/** One account, as it is served; holds no secret and no content of mails. */
export interface AccountReport {
    id: string;
    type: AccountType;
    name: string;
    state: AccountState;
    lastContact: string | null;
    pending: number;
    /** Mails that failed since the runtime started: given up by an imap-in, not sent by an smtp-out. */
    failed: number;
    folders: FolderReport[];
    sent: SendCount | null;
    /** Mails in each of the last 24 hours, the running one last. */
    hours: number[];
    lastError: TimedError | null;
}

/** Fewer waiting mails than this are ordinary business and not an import whose progress is worth showing. */
const IMPORT_MIN = 10;
/** Accounts that are gone keep their counts for the next deploy, but not for ever. */
const MAX_REMEMBERED = 200;

/** What is counted over deploys. */
class AccountCounts {
    readonly hours = new HourCounts();
    failed = 0;
    lastError: TimedError | null = null;
    lastContact: number | null = null;
}

interface Entry {
    type: AccountType;
    name: string;
    problem: Error | null;
    sent: () => SendCount | null;
}

/** How accounts are, told by those who use them. Holds no timer; what it keeps per account and folder is bounded. */
export class Health {
    readonly #entries = new Map<string, Entry>();
    readonly #counts = new Map<string, AccountCounts>();
    readonly #folders = new Map<string, Set<FolderHealth>>();
    readonly #now: () => number;

    constructor(now: () => number = Date.now) {
        this.#now = now;
    }

    /** An account node has started; `leave` when it closes. `sent` is asked when somebody looks. */
    enter(
        id: string,
        account: { type: AccountType; name: string; problem: Error | null; sent?: () => SendCount | null }
    ): { leave(): void } {
        const entry: Entry = { sent: () => null, ...account };
        this.#entries.set(id, entry);
        if (account.problem) {
            this.failed(id, account.problem);
        }
        return {
            leave: () => {
                // a new instance may have entered before the old one is gone
                if (this.#entries.get(id) === entry) {
                    this.#entries.delete(id);
                }
            }
        };
    }

    /** A folder that an imap-in is about to watch. */
    folder(account: string, node: string, folder: string): FolderHealth {
        return new FolderHealth(this, account, node, folder);
    }

    /** Called by FolderHealth. */
    enterFolder(account: string, folder: FolderHealth): void {
        this.#folders.set(account, (this.#folders.get(account) ?? new Set()).add(folder));
    }

    /** Called by FolderHealth. */
    leaveFolder(account: string, folder: FolderHealth): void {
        const folders = this.#folders.get(account);
        folders?.delete(folder);
        if (folders?.size === 0) {
            this.#folders.delete(account);
        }
    }

    /** Looks at every watched folder of the account now; returns how many there are. */
    lookNow(account: string): number {
        const folders = [...(this.#folders.get(account) ?? [])];
        folders.forEach(folder => folder.look());
        return folders.length;
    }

    /** The server was reached. */
    contact(account: string): void {
        this.#countsOf(account).lastContact = this.#now();
    }

    /** A mail was taken in or sent. */
    mail(account: string): void {
        this.#countsOf(account).hours.add(this.#now());
    }

    /** The account, or what was asked of it, failed; the next time may be better. */
    failed(account: string, error: Error): void {
        this.#countsOf(account).lastError = { ...errorReport(error), at: new Date(this.#now()).toISOString() };
    }

    /** Nobody tries again with this mail. */
    mailFailed(account: string): void {
        this.#countsOf(account).failed++;
    }

    report(): AccountReport[] {
        return [...this.#entries].map(([id, entry]) => {
            const counts = this.#countsOf(id);
            const folders = [...(this.#folders.get(id) ?? [])].map(folder => folder.report());
            return {
                id,
                type: entry.type,
                name: entry.name,
                state: stateOf(entry, folders, counts),
                lastContact: isoTime(counts.lastContact),
                pending: folders.reduce((sum, folder) => sum + folder.pending, 0),
                failed: counts.failed,
                folders,
                sent: entry.sent(),
                hours: counts.hours.read(this.#now()),
                lastError: counts.lastError
            };
        });
    }

    /** Accounts whose counts are held, those that are gone included. */
    get remembered(): number {
        return this.#counts.size;
    }

    now(): number {
        return this.#now();
    }

    #countsOf(account: string): AccountCounts {
        let counts = this.#counts.get(account);
        if (!counts) {
            counts = new AccountCounts();
            this.#counts.set(account, counts);
            const gone = [...this.#counts.keys()].filter(id => !this.#entries.has(id) && id !== account);
            gone.slice(0, Math.max(0, this.#counts.size - MAX_REMEMBERED)).forEach(id => this.#counts.delete(id));
        }
        return counts;
    }
}

/** One watched folder. None of its methods throws. */
export class FolderHealth {
    readonly #health: Health;
    readonly #account: string;
    readonly #report: FolderReport;
    #look: () => void = () => undefined;

    /** Use Health.folder. */
    constructor(health: Health, account: string, node: string, folder: string) {
        this.#health = health;
        this.#account = account;
        this.#report = { node, folder, state: 'connecting', lastContact: null, pending: 0, progress: null };
    }

    /** The watch begins; the caller must `leave`. */
    enter(look: () => void): void {
        this.#look = look;
        this.#health.enterFolder(this.#account, this);
    }

    leave(): void {
        this.#health.leaveFolder(this.#account, this);
    }

    look(): void {
        this.#look();
    }

    contact(watching: 'push' | 'poll'): void {
        this.#report.state = watching;
        this.#report.progress = null;
        this.#report.lastContact = isoTime(this.#health.now());
        this.#health.contact(this.#account);
    }

    failed(error: MailError): void {
        this.#report.state = 'failed';
        this.#health.failed(this.#account, error);
    }

    wired(isWired: boolean): void {
        if (!isWired) {
            this.#report.state = 'not-wired';
        } else if (this.#report.state === 'not-wired') {
            this.#report.state = 'connecting';
        }
    }

    progress(done: number, waiting: number): void {
        this.#report.progress = done + waiting >= IMPORT_MIN && waiting > 0 ? { done, waiting } : null;
    }

    /** A mail went to the flow, which finishes with it when `outcome` settles; undefined when nobody waits for it. */
    delivered(outcome: Promise<unknown> | undefined): void {
        this.#health.mail(this.#account);
        if (outcome) {
            this.waitsFor(outcome);
        }
    }

    /** A flow has a mail until `outcome` settles. */
    waitsFor(outcome: Promise<unknown>): void {
        this.#report.pending++;
        const over = (): void => void this.#report.pending--;
        outcome.then(over, over);
    }

    givenUp(error: Error): void {
        this.#health.failed(this.#account, error);
        this.#health.mailFailed(this.#account);
    }

    report(): FolderReport {
        return { ...this.#report };
    }
}

function stateOf(entry: Entry, folders: readonly FolderReport[], counts: AccountCounts): AccountState {
    if (entry.problem) {
        return 'unusable';
    }
    if (entry.type === 'smtp-account') {
        return stateOfSender(counts);
    }
    if (folders.length === 0) {
        return 'unused';
    }
    if (folders.some(folder => folder.state === 'failed')) {
        return 'failing';
    }
    return folders.some(folder => folder.state === 'connecting') ? 'connecting' : 'ok';
}

/** The latest event decides. */
function stateOfSender({ lastContact, lastError }: AccountCounts): AccountState {
    if (lastError && (lastContact === null || Date.parse(lastError.at) > lastContact)) {
        return 'failing';
    }
    return lastContact === null ? 'unused' : 'ok';
}

function isoTime(time: number | null): string | null {
    return time === null ? null : new Date(time).toISOString();
}
