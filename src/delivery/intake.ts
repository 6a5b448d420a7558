import type { FetchMessageObject } from 'imapflow';
import { isOversize } from '../imap/content';
import { isConnectionProblem } from '../imap/errors';
import { toDate, type OpenFolder } from '../imap/open-folder';
import { selectMails } from '../imap/selection';
import { atMost } from '../message/at-most';
import { MailError, MailErrorCode } from '../message/mail-error';
import type { MailMessage } from '../message/types';
import type { StateStore } from '../state/store';
import { afterwards } from './afterwards';
import { fingerprint } from './fingerprint';
import { flowError } from './flow-error';
import { ensureHistory } from './history';
import type { InFlightMail, Outcome } from './in-flight';
import type { IntakeOptions, IntakePorts } from './intake-ports';
import { Ledger } from './ledger';
import { findLeftOut } from './left-out';
import { MailQueue } from './mail-queue';
import { MailReader, snapshot } from './mail-reader';
import { MailSupply } from './mail-supply';
import { OnceTimer } from './once-timer';
import { readAll, type Reading } from './readings';

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

type Rows = Map<number, FetchMessageObject>;

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
    readonly #supply: MailSupply;
    readonly #queue = new MailQueue();
    readonly #inFlight = new Set<number>();
    readonly #saveTimer = new OnceTimer();
    readonly #resumeTimer = new OnceTimer();
    readonly #retryTimer = new OnceTimer();
    /** Work on mails whose outcome is known. */
    readonly #finishing = new Set<Promise<void>>();
    #ledger: Ledger | null = null;
    /** The mail at whose turn the connection was lost last; only its tries count then. */
    #suspect: number | undefined;
    #scannedTo = 0;
    #scanOwed = false;
    #deliveredInRun = 0;
    #closed = false;

    constructor(options: IntakeOptions, store: StateStore, ports: IntakePorts) {
        this.#options = options;
        this.#reader = new MailReader(options.place.account, options, text => ports.notice(text));
        this.#supply = new MailSupply(options.plan, row => this.#isWanted(row));
        this.#store = store;
        this.#ports = ports;
    }

    /**
     * Takes what is known and, with `scan`, what is new in the folder, as far as the flow has room for it. Resolves with
     * true when there is more, for which the flow has no room yet. Rejects with MailError; may be called again.
     */
    async look(folder: OpenFolder, scan: boolean): Promise<boolean> {
        try {
            await this.#take(folder, scan);
        } finally {
            // the connection is not ours any more when this returns
            await this.#supply.arrival();
        }
        return this.#hasMore();
    }

    async #take(folder: OpenFolder, scan: boolean): Promise<void> {
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
        this.#retryTimer.close();
        this.#resumeTimer.close();
        await atMost(FINISH_TIMEOUT_MS, Promise.all(this.#finishing));
        this.#saveTimer.close();
        await this.#saveIfDirty(this.#ledger);
        // a write that was begun before counts as clean already
        await this.#ledger?.idle();
    }

    async #open(folder: OpenFolder): Promise<Ledger> {
        const ledger = this.#ledger ?? (await Ledger.open(this.#store, this.#options.place));
        if (this.#ledger === null && ledger.problem) {
            this.#ports.notice(ledger.problem);
        }
        const renewed = await ensureHistory(ledger, folder, this.#options.start, text => this.#ports.notice(text));
        if (renewed || this.#ledger === null) {
            this.#ledger = ledger;
            this.#queue.clear();
            this.#resume(ledger);
        }
        return ledger;
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

    /** Only room in the flow is missing. */
    #hasMore(): boolean {
        return this.#queue.size > 0 || this.#scanOwed;
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
        // written while mails are fetched and read, and awaited before the first is emitted
        const durable = ledger.save();
        durable.catch(() => undefined);
        const rows = await this.#supply.rows(folder, uids);
        await this.#settleMissing(
            ledger,
            folder,
            uids.filter(uid => !rows.has(uid))
        );
        for (const [uid, row] of rows) {
            if (!this.#isWanted(row)) {
                rows.delete(uid);
                ledger.settle(uid, null);
            }
        }
        const expected = new Map(rows);
        try {
            if (this.#options.attachmentsDir !== '') {
                // a disk that cannot keep the ledger must not be filled with attachments
                await durable;
            }
            const mails = this.#supply.mails(folder, rows, count => this.#queue.peek(count));
            const { senders } = this.#options.rule;
            const readings = readAll(folder, this.#reader, senders, mails, uid => ledger.attempts(uid));
            for await (const reading of afterwards(durable, readings)) {
                expected.delete(reading.mail.uid);
                await this.#decide(folder, ledger, reading);
                if (this.#closed) {
                    return;
                }
            }
        } catch (error) {
            return this.#failBatch(folder, ledger, expected, folder.connection.error(error, 'fetch'));
        }
        await this.#settleMissing(ledger, folder, [...expected.keys()]);
        await durable;
    }

    /** They were expunged or moved away between two commands, if not lost on the way. */
    async #settleMissing(ledger: Ledger, folder: OpenFolder, uids: number[]): Promise<void> {
        const leftOut = await findLeftOut(folder, uids);
        const there = new Set(leftOut.map(({ row }) => row.uid));
        uids.filter(uid => !there.has(uid)).forEach(uid => ledger.settle(uid, null));
        for (const { row, error } of leftOut) {
            await this.#failUnread(ledger, folder, row, error);
        }
    }

    /** False for mail that the search of the start rule let through, and for oversize mail that is to be skipped. */
    #isWanted(row: FetchMessageObject): boolean {
        const { oversize, plan } = this.#options;
        const skipped = oversize === 'skip' && isOversize(row, plan);
        return !skipped && this.#ledger?.isBefore(row.uid, toDate(row.internalDate)) !== true;
    }

    async #decide(folder: OpenFolder, ledger: Ledger, { mail, message, refusal, failure }: Reading): Promise<void> {
        if (message) {
            this.#emit(ledger, message);
        } else if (failure) {
            await this.#failUnread(ledger, folder, mail.row, failure, mail.header);
        } else {
            this.#ports.notice(`the mail with UID ${mail.uid} looked like a match but was refused: ${refusal}`);
            ledger.settle(mail.uid, null);
        }
    }

    #emit(ledger: Ledger, message: MailMessage): void {
        const { uid } = message.mail.ref;
        const print = fingerprint(message.mail, message.header);
        if (ledger.knows(print)) {
            ledger.settle(uid, null);
            return;
        }
        this.#deliveredInRun++;
        this.#ports.progress(this.#deliveredInRun, this.#queue.size);
        const untouched = snapshot(message);
        const outcome = this.#ports.deliver(message, print);
        if (outcome === undefined && this.#ports.afterSuccess === null) {
            ledger.settle(uid, print);
            return;
        }
        this.#inFlight.add(uid);
        this.#follow(ledger, {
            message: untouched,
            fingerprint: print,
            outcome: outcome ?? Promise.resolve({ kind: 'done' })
        });
    }

    /** @param expected the mails of the batch that were not emitted. */
    async #failBatch(folder: OpenFolder, ledger: Ledger, expected: Rows, failure: MailError): Promise<void> {
        if (failure.code === MailErrorCode.LedgerFailed) {
            throw failure;
        }
        if (!folder.connection.usable || isConnectionProblem(failure)) {
            // one mail that ends every connection must not keep the others waiting for ever
            const [suspect] = expected.values();
            this.#suspect = suspect?.uid;
            if (suspect && ledger.attempts(suspect.uid) >= TRIES_AT_ONCE) {
                await this.#failUnread(ledger, folder, suspect, failure);
            }
            throw failure;
        }
        // the server refuses these mails, not the connection: each gets its own tries
        for (const row of expected.values()) {
            await this.#failUnread(ledger, folder, row, failure);
        }
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
            this.#ports.claim(uidValidity, uid);
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
        this.#saveTimer.start(SAVE_DELAY_MS, () => void this.#saveIfDirty(ledger));
    }

    async #saveIfDirty(ledger: Ledger | null): Promise<void> {
        if (ledger?.isDirty) {
            await ledger.save().catch((error: unknown) => this.#ports.notice(String(error)));
        }
    }

    /** Mails of a batch finish close together: taking the next ones one by one would cost a write for each. */
    #resumeSoon(): void {
        if (this.#hasMore()) {
            this.#resumeTimer.start(this.#inFlight.size === 0 ? 0 : RESUME_DELAY_MS, () => this.#ports.resume());
        }
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
        row: FetchMessageObject,
        error: MailError,
        header: Buffer | null = null
    ): Promise<void> {
        const attempt = ledger.attempts(row.uid);
        await this.#fail(ledger, row.uid, error, () => this.#reader.headerOnly(folder, row, header, attempt));
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
        const due = this.#queue.nextDue;
        this.#retryTimer.stop();
        if (due !== null) {
            this.#retryTimer.start(Math.max(0, due - Date.now()), () => this.#ports.resume());
        }
    }
}
