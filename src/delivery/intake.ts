import type { FetchMessageObject } from 'imapflow';
import { fetchContent, needsStructure, type FetchedMail } from '../imap/content';
import { isConnectionProblem } from '../imap/errors';
import { toDate, type OpenFolder } from '../imap/open-folder';
import { selectMails, type SelectionRule } from '../imap/selection';
import { MailError, MailErrorCode } from '../message/mail-error';
import type { MailMessage } from '../message/types';
import { judgeSender } from '../sender/verdict';
import type { StateStore } from '../state/store';
import { fingerprint } from './fingerprint';
import type { InFlightMail, Outcome } from './in-flight';
import { atMost } from '../message/at-most';
import { Ledger, type LedgerPlace } from './ledger';
import { MailQueue } from './mail-queue';
import { discard, MailReader, snapshot, type ReaderOptions } from './mail-reader';
import { findStart, type StartRule } from './start';

export interface IntakeOptions extends ReaderOptions {
    place: LedgerPlace;
    rule: SelectionRule;
    start: StartRule;
    oversize: 'headers' | 'skip';
    /** Mails emitted and not yet settled; the rest stays on the server. */
    inFlight: number;
    /** Tries per mail before it is given up. */
    attempts: number;
    /** Pause before the next try of a mail, after its try number `attempt` failed. */
    pauseMs: (attempt: number) => number;
}

/** A mail that a stop made nodes drop comes again after this; a flow that gives everything back must not spin. */
const GIVEN_BACK_PAUSE_MS = 1_000;
/** Settlements within this share a write when no other write takes them along. */
const SAVE_DELAY_MS = 20;
/** Long enough for a batch to finish, short enough for nobody to notice. */
const RESUME_DELAY_MS = 5;
/** How long a closing node waits for actions on mail that the flow has finished with. */
const FINISH_TIMEOUT_MS = 5_000;
/** A connection lost this often at the same mail is no accident any more. */
const TRIES_AT_ONCE = 3;

/** What happens around a mail; the node supplies it. */
export interface IntakePorts {
    /** Hands a mail to the flow. Resolves with what became of it; undefined means that handing over settles it. */
    deliver(message: MailMessage, fingerprint: string): Promise<Outcome> | undefined;
    /** A mail that an earlier instance of the node has emitted and that a flow still works on. */
    adopt(uidValidity: string, uid: number): InFlightMail | null;
    /** `afterSuccess`; null when there is nothing to do. It reports its own failure, and the mail counts as done. */
    afterSuccess: ((message: MailMessage) => Promise<void>) | null;
    /** Second output and `afterFailure`, after the last try; reports its own failure. */
    giveUp(message: MailMessage, error: MailError): Promise<void>;
    /** Something the user should know that stops nothing. */
    notice(text: string): void;
    /** `waiting` mails are selected and not yet delivered; `delivered` counts since the queue was last empty. */
    progress(delivered: number, waiting: number): void;
    /** A mail was settled after the look that emitted it. */
    settled(): void;
    /** Asks for another look at what is known already: room became free, or a retry is due. */
    resume(): void;
}

/**
 * The story of a mail in one folder, from top to bottom:
 *
 * 1. `look` is called by the watcher after every connect, on news, and now and then.
 * 2. `#open` loads the ledger, or starts it, or starts it anew after a UIDVALIDITY change.
 * 3. `#select` peeks at the From fields of everything above the watermark and queues the hits.
 * 4. `#deliverQueued` takes as many as may be in flight, enters them into the ledger, and only when that is durable
 *    fetches and emits them.
 * 5. `#settle` runs what belongs after success and takes the mail out of the ledger; `#fail` plans another try or
 *    gives the mail up. Neither stands in the way of the mails behind.
 */
export class Intake {
    readonly #options: IntakeOptions;
    readonly #store: StateStore;
    readonly #ports: IntakePorts;
    readonly #reader: MailReader;
    readonly #queue = new MailQueue();
    readonly #inFlight = new Set<number>();
    /** Work on mails whose outcome is known. */
    readonly #finishing = new Set<Promise<void>>();
    #ledger: Ledger | null = null;
    /** The mail at whose turn the connection was lost last; only its tries count then. */
    #suspect: number | undefined;
    #scannedTo = 0;
    #scanOwed = false;
    #saveTimer: NodeJS.Timeout | undefined;
    #resumeTimer: NodeJS.Timeout | undefined;
    #deliveredInRun = 0;
    #retryTimer: NodeJS.Timeout | undefined;
    #closed = false;

    constructor(options: IntakeOptions, store: StateStore, ports: IntakePorts) {
        this.#options = options;
        this.#reader = new MailReader(options.place.account, options, text => ports.notice(text));
        this.#store = store;
        this.#ports = ports;
    }

    /**
     * Takes what is known and, with `scan`, what is new in the folder, as far as the flow has room for it. Rejects with
     * MailError; may be called again.
     */
    async look(folder: OpenFolder, scan: boolean): Promise<void> {
        const ledger = await this.#open(folder);
        this.#queue.takeDue(Date.now());
        // a timer may fire a millisecond early, and what was not due then still needs one
        this.#planRetry();
        await this.#deliverQueued(folder, ledger);
        // what the flow has no room for is not looked for either, but it must not be forgotten
        this.#scanOwed ||= scan;
        if (this.#scanOwed && this.#hasRoom()) {
            await this.#scan(folder, ledger);
        }
        this.#advance(ledger);
        if (ledger.isDirty && this.#inFlight.size === 0) {
            await ledger.save();
        }
    }

    async #scan(folder: OpenFolder, ledger: Ledger): Promise<void> {
        for await (const slice of selectMails(folder, this.#scannedTo + 1, this.#options.rule)) {
            this.#queue.add(slice.hits.filter(uid => !ledger.isPending(uid)));
            this.#scannedTo = slice.scannedTo;
            await this.#deliverQueued(folder, ledger);
            if (this.#closed || !this.#hasRoom()) {
                return;
            }
        }
        this.#scanOwed = false;
    }

    /** Number of mails that this node has delivered from the folder, ever. */
    get delivered(): number {
        return this.#ledger?.delivered ?? 0;
    }

    /** Stops taking mail, lets begun actions end, and makes the ledger durable. Bounded; never rejects. */
    async close(): Promise<void> {
        this.#closed = true;
        clearTimeout(this.#retryTimer);
        clearTimeout(this.#resumeTimer);
        await atMost(FINISH_TIMEOUT_MS, Promise.all(this.#finishing));
        clearTimeout(this.#saveTimer);
        if (this.#ledger?.isDirty) {
            await this.#ledger.save().catch((error: unknown) => this.#ports.notice(String(error)));
        }
    }

    async #open(folder: OpenFolder): Promise<Ledger> {
        const ledger = this.#ledger ?? (await Ledger.open(this.#store, this.#options.place));
        if (!ledger.started) {
            const start = await findStart(folder, this.#options.start, new Date());
            ledger.start(folder.uidValidity, start);
            await ledger.save();
            if (ledger.problem) {
                this.#ports.notice(`${ledger.problem}; the node starts as if it were new`);
            }
        } else if (ledger.uidValidity !== folder.uidValidity) {
            await this.#renew(folder, ledger);
        }
        if (this.#ledger === null) {
            this.#ledger = ledger;
            this.#resume(ledger);
        }
        return ledger;
    }

    /** UIDVALIDITY changed: every mail has a new number. Fingerprints and the start date tell what is new. */
    async #renew(folder: OpenFolder, ledger: Ledger): Promise<void> {
        this.#ports.notice(`the server renewed the folder "${folder.path}"; mail is recognised by its fingerprints`);
        ledger.start(folder.uidValidity, { watermark: 0, since: ledger.since, sinceBelowUid: folder.uidNext });
        await ledger.save();
        this.#queue.clear();
        this.#resume(ledger);
    }

    /** What was in flight when the runtime ended comes again; what waits for a retry keeps waiting. */
    #resume(ledger: Ledger): void {
        this.#scannedTo = ledger.watermark;
        for (const [uid, mail] of ledger.pending) {
            const adopted = mail.retryAt ? null : this.#ports.adopt(ledger.uidValidity, uid);
            if (mail.retryAt) {
                this.#queue.addLater(uid, Date.parse(mail.retryAt));
            } else if (adopted) {
                this.#inFlight.add(uid);
                this.#follow(ledger, adopted);
            } else {
                this.#queue.add([uid]);
            }
        }
        this.#planRetry();
    }

    #hasRoom(): boolean {
        return this.#inFlight.size < this.#options.inFlight;
    }

    async #deliverQueued(folder: OpenFolder, ledger: Ledger): Promise<void> {
        while (!this.#closed && this.#hasRoom() && this.#queue.size > 0) {
            const uids = this.#queue.take(this.#options.inFlight - this.#inFlight.size);
            try {
                await this.#deliverBatch(folder, ledger, uids);
            } catch (error) {
                this.#putBack(ledger, uids);
                throw error;
            }
        }
        if (this.#queue.size === 0) {
            this.#deliveredInRun = 0;
        }
    }

    /** What was not emitted is still pending in the ledger and comes again with the next look; the try did not count. */
    #putBack(ledger: Ledger, uids: number[]): void {
        const untouched = uids.filter(
            uid => ledger.isPending(uid) && !this.#inFlight.has(uid) && !this.#queue.waits(uid)
        );
        for (const uid of untouched) {
            if (uid !== this.#suspect) {
                ledger.begin(uid, Math.max(0, ledger.attempts(uid) - 1));
            }
        }
        this.#queue.add(untouched);
    }

    async #deliverBatch(folder: OpenFolder, ledger: Ledger, uids: number[]): Promise<void> {
        for (const uid of uids) {
            ledger.begin(uid, ledger.attempts(uid) + 1);
        }
        this.#advance(ledger);
        // written while the server works, and awaited before the first mail is emitted
        const durable = ledger.save();
        durable.catch(() => undefined);
        const rows = await folder.meta(uids, needsStructure(this.#options.plan));
        for (const uid of uids) {
            const row = rows.get(uid);
            const skipped = row && this.#options.oversize === 'skip' && (row.size ?? 0) > this.#options.plan.maxBytes;
            if (!row || skipped || ledger.isBefore(uid, toDate(row.internalDate))) {
                rows.delete(uid);
                ledger.settle(uid, null);
            }
        }
        const expected = new Set(rows.keys());
        try {
            for await (const mail of fetchContent(folder, rows, this.#options.plan)) {
                await durable;
                await this.#deliver(folder, ledger, mail);
                expected.delete(mail.uid);
                if (this.#closed) {
                    return;
                }
            }
        } catch (error) {
            const failure = folder.connection.error(error, 'fetch');
            if (failure.code === MailErrorCode.LedgerFailed) {
                throw failure;
            }
            if (!folder.connection.usable || isConnectionProblem(failure)) {
                // one mail that ends every connection must not keep the others waiting for ever
                [this.#suspect] = expected;
                if (this.#suspect !== undefined && ledger.attempts(this.#suspect) >= TRIES_AT_ONCE) {
                    await this.#failUnread(ledger, folder, rows.get(this.#suspect), failure);
                }
                throw failure;
            }
            // the server refuses these mails, not the connection: each gets its own tries
            for (const uid of expected) {
                await this.#failUnread(ledger, folder, rows.get(uid), failure);
            }
            return;
        }
        // between the two commands they were expunged or moved away
        expected.forEach(uid => ledger.settle(uid, null));
        await durable;
    }

    async #deliver(folder: OpenFolder, ledger: Ledger, mail: FetchedMail): Promise<void> {
        const { rule } = this.#options;
        // once more on the complete header: what the server returned as HEADER.FIELDS was its own reading
        const judged = rule.senders.isEmpty ? null : judgeSender(mail.header, rule.senders);
        if (judged !== null && judged.verdict !== 'match') {
            discard(mail);
            const reason = judged.verdict === 'reject' ? judged.problem : 'the complete header names another sender';
            this.#ports.notice(`the mail with UID ${mail.uid} looked like a match but was refused: ${reason}`);
            ledger.settle(mail.uid, null);
            return;
        }
        let message: MailMessage;
        try {
            message = await this.#reader.read(folder, mail, ledger.attempts(mail.uid));
        } catch (error) {
            discard(mail);
            const failure = folder.connection.error(error, 'fetch');
            if (!folder.connection.usable) {
                throw failure;
            }
            await this.#failUnread(ledger, folder, mail.row, failure, mail.header);
            return;
        }
        const print = fingerprint(message.mail, message.header);
        if (ledger.knows(print)) {
            ledger.settle(mail.uid, null);
            return;
        }
        this.#deliveredInRun++;
        this.#ports.progress(this.#deliveredInRun, this.#queue.size);
        const untouched = snapshot(message);
        const outcome = this.#ports.deliver(message, print);
        if (outcome === undefined && this.#ports.afterSuccess === null) {
            ledger.settle(mail.uid, print);
            return;
        }
        this.#inFlight.add(mail.uid);
        this.#follow(ledger, {
            message: untouched,
            fingerprint: print,
            outcome: outcome ?? Promise.resolve({ kind: 'done' })
        });
    }

    /** Waits for the flow without holding up anything; what comes after the outcome is awaited when the node closes. */
    #follow(ledger: Ledger, mail: InFlightMail): void {
        void mail.outcome.then(outcome => {
            if (this.#closed) {
                // still pending in the ledger: the next instance of the node adopts it, or gets it again
                return;
            }
            const work = this.#finish(ledger, mail, outcome).finally(() => this.#finishing.delete(work));
            this.#finishing.add(work);
        });
    }

    /** Owns every failure, so that nothing is left unhandled. */
    async #finish(ledger: Ledger, mail: InFlightMail, outcome: Outcome): Promise<void> {
        const { uid, uidValidity } = mail.message.mail.ref;
        try {
            switch (outcome.kind) {
                case 'done':
                    await this.#ports.afterSuccess?.(mail.message);
                    ledger.settle(uid, mail.fingerprint, uidValidity);
                    break;
                case 'failed':
                    await this.#fail(ledger, uid, flowError(this.#options.place.folder, outcome.reason), () =>
                        Promise.resolve(mail.message)
                    );
                    break;
                case 'given-back':
                    // neither done nor failed: the try does not count
                    ledger.begin(uid, Math.max(0, ledger.attempts(uid) - 1));
                    this.#tryAgainAt(uid, Date.now() + GIVEN_BACK_PAUSE_MS);
            }
        } catch (error) {
            this.#ports.notice(error instanceof Error ? error.message : String(error));
        } finally {
            this.#inFlight.delete(uid);
            this.#ports.settled();
            this.#saveSoon(ledger);
            this.#resumeSoon();
        }
    }

    /**
     * Settlements are durable with the write that comes before the next mail is emitted, so a crash can repeat no more
     * mails than may be in flight. Where no further mail waits, this timer writes them.
     */
    #saveSoon(ledger: Ledger): void {
        this.#saveTimer ??= setTimeout(() => {
            this.#saveTimer = undefined;
            if (ledger.isDirty) {
                ledger.save().catch((error: unknown) => this.#ports.notice(String(error)));
            }
        }, SAVE_DELAY_MS);
    }

    /** Mails of a batch finish close together: taking the next ones one by one would cost a write for each. */
    #resumeSoon(): void {
        if (this.#closed || (this.#queue.size === 0 && !this.#scanOwed)) {
            return;
        }
        this.#resumeTimer ??= setTimeout(
            () => {
                this.#resumeTimer = undefined;
                this.#ports.resume();
            },
            this.#inFlight.size === 0 ? 0 : RESUME_DELAY_MS
        );
    }

    /** Plans another try, or gives the mail up with the message that `lastWords` makes of it. */
    async #fail(ledger: Ledger, uid: number, error: MailError, lastWords: () => Promise<MailMessage>): Promise<void> {
        const attempt = ledger.attempts(uid);
        if (attempt < this.#options.attempts) {
            const at = Date.now() + this.#options.pauseMs(attempt);
            ledger.retryLater(uid, attempt, new Date(at));
            this.#tryAgainAt(uid, at);
            return;
        }
        const message = await lastWords();
        await this.#ports.giveUp(message, error);
        ledger.settle(uid, fingerprint(message.mail, message.header), message.mail.ref.uidValidity);
    }

    async #failUnread(
        ledger: Ledger,
        folder: OpenFolder,
        row: FetchMessageObject | undefined,
        error: MailError,
        header: Buffer | null = null
    ): Promise<void> {
        if (row) {
            const attempt = ledger.attempts(row.uid);
            await this.#fail(ledger, row.uid, error, () => this.#reader.headerOnly(folder, row, header, attempt));
        }
    }

    /** The watermark may pass what is pending, because that is written down, but not what only waits in memory. */
    #advance(ledger: Ledger): void {
        const waiting = this.#queue.lowest(uid => !ledger.isPending(uid));
        ledger.advance(waiting === null ? this.#scannedTo : waiting - 1);
    }

    #tryAgainAt(uid: number, at: number): void {
        this.#queue.addLater(uid, at);
        this.#planRetry();
    }

    #planRetry(): void {
        clearTimeout(this.#retryTimer);
        const due = this.#queue.nextDue;
        if (due !== null && !this.#closed) {
            this.#retryTimer = setTimeout(() => this.#ports.resume(), Math.max(0, due - Date.now()));
        }
    }
}

function flowError(folder: string, reason: string): MailError {
    return new MailError({
        code: MailErrorCode.FlowFailed,
        kind: 'temporary',
        step: 'flow',
        account: folder,
        problem: `the flow did not finish with the mail: ${reason}`
    });
}
