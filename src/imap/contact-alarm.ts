/** So many intervals without a successful look are no accident. */
const SILENT_INTERVALS = 3;

export interface AlarmReport {
    /** Once per silence; `since` is the time of the last contact, null when there never was one. */
    silent(since: Date | null): void;
    /** The first contact after an alarm. */
    recovered(): void;
}

/**
 * Dead-man's switch of a watched folder: raises one alarm when no look has succeeded for three intervals, for whatever
 * reason, and one all-clear afterwards. Owns one timer.
 */
export class ContactAlarm {
    readonly #limitMs: number;
    readonly #report: AlarmReport;
    #timer: NodeJS.Timeout | undefined;
    #lastContact: Date | null = null;
    #raised = false;
    #closed = false;

    constructor(intervalMs: number, report: AlarmReport) {
        this.#limitMs = intervalMs * SILENT_INTERVALS;
        this.#report = report;
    }

    /** Begins to wait for the first contact. */
    start(): void {
        this.#wait();
    }

    contact(): void {
        this.#lastContact = new Date();
        if (this.#raised) {
            this.#raised = false;
            this.#report.recovered();
        }
        this.#wait();
    }

    /** For good: a look that was under way may still report its contact. */
    close(): void {
        this.#closed = true;
        clearTimeout(this.#timer);
    }

    #wait(): void {
        clearTimeout(this.#timer);
        if (this.#closed) {
            return;
        }
        this.#timer = setTimeout(() => {
            this.#raised = true;
            this.#report.silent(this.#lastContact);
        }, this.#limitMs);
    }
}
