import type { FetchMessageObject } from 'imapflow';
import { isOversize } from '../imap/content';
import { isBusy, isConnectionProblem } from '../imap/errors';
import { toDate, type OpenFolder } from '../imap/open-folder';
import { selectMails } from '../imap/selection';
import { MailError, MailErrorCode } from '../message/mail-error';
import type { MailMessage } from '../message/types';
import type { StateStore } from '../state/store';
import { afterwards } from './afterwards';
import { fingerprint } from './fingerprint';
import { ensureHistory } from './history';
import type { IntakeOptions, IntakePorts } from './intake-ports';
import { Ledger } from './ledger';
import { findLeftOut } from './left-out';
import { MailOutcomes } from './mail-outcomes';
import { withoutKnown } from './known-mail';
import { MailQueue } from './mail-queue';
import { MailReader, snapshot } from './mail-reader';
import { MailSupply } from './mail-supply';
import { OnceTimer } from './once-timer';
import { readAhead, readAll, type Reading } from './readings';

/** Long enough for a batch to finish, short enough for nobody to notice. */
const RESUME_DELAY_MS = 5;
/** How long a look may go on before others get their turn with the connection, and the watcher its with the folder. */
const LOOK_MS = 1_000;
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
 * 5. `MailOutcomes` runs what belongs after success and takes the mail out of the ledger, or plans another try, or
 *    gives the mail up. None of it stands in the way of the mails behind.
 */
export class Intake {
    readonly #options: IntakeOptions;
    readonly #store: StateStore;
    readonly #ports: IntakePorts;
    readonly #reader: MailReader;
    readonly #supply: MailSupply;
    readonly #queue = new MailQueue();
    readonly #outcomes: MailOutcomes;
    readonly #resumeTimer = new OnceTimer();
    #ledger: Ledger | null = null;
    /** The mail at whose turn the connection was lost last; only its tries count then. */
    #suspect: number | undefined;
    #scannedTo = 0;
    #scanOwed = false;
    #deliveredInRun = 0;
    /** Set while a look waits for room in the flow. */
    #onRoom: (() => void) | null = null;
    #closed = false;

    constructor(options: IntakeOptions, store: StateStore, ports: IntakePorts) {
        this.#options = options;
        this.#reader = new MailReader(options.place.account, options, text => ports.notice(text));
        this.#supply = new MailSupply(options.plan, row => this.#isWanted(row));
        this.#store = store;
        this.#ports = ports;
        this.#outcomes = new MailOutcomes(options, ports, this.#reader, this.#queue, () => this.#resumeSoon());
    }

    /**
     * Takes what is known and, with `scan`, what is new in the folder, as far as the flow has room for it. Resolves with
     * true when there is more, for which the flow has no room yet. Rejects with MailError; may be called again.
     */
    async look(folder: OpenFolder, scan: boolean): Promise<boolean> {
        const returnAt = performance.now() + LOOK_MS;
        try {
            await this.#take(folder, scan);
            while (performance.now() < returnAt && this.#hasMore() && (await this.#hasRoomSoon())) {
                await this.#take(folder, false);
            }
        } finally {
            // the connection is not ours any more when this returns
            await this.#supply.arrival();
        }
        return this.#hasMore();
    }

    /** Waits only while the supply has the connection, so that nobody else is kept waiting by a look that goes on. */
    async #hasRoomSoon(): Promise<boolean> {
        // one that has room for a part of a batch is about to have room for all of it
        if (!this.#closed && this.#outcomes.awaited > 0) {
            const room = new Promise<void>(resolve => (this.#onRoom = resolve));
            await Promise.race([this.#supply.arrival(), room]);
            this.#onRoom = null;
        }
        return !this.#closed && this.#hasRoom();
    }

    async #take(folder: OpenFolder, scan: boolean): Promise<void> {
        const ledger = await this.#open(folder);
        this.#queue.takeDue(Date.now());
        // a timer may fire a millisecond early, and what was not due then still needs one
        this.#outcomes.planRetry();
        await this.#deliverQueued(folder, ledger);
        // what the flow has no room for is not looked for either, but it must not be forgotten
        this.#scanOwed ||= scan;
        if (this.#scanOwed && this.#hasRoom()) {
            await this.#scan(folder, ledger);
        }
        this.#advance(ledger);
        if (ledger.isDirty && this.#outcomes.awaited === 0) {
            await ledger.save();
        }
    }

    async #scan(folder: OpenFolder, ledger: Ledger): Promise<void> {
        for await (const slice of selectMails(folder, this.#scannedTo + 1, this.#options.rule)) {
            const fresh = slice.hits.filter(uid => !ledger.isPending(uid));
            this.#queue.add(await withoutKnown(folder, fresh, ledger, this.#reader));
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
        this.#resumeTimer.close();
        await this.#outcomes.close(this.#ledger);
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
                this.#outcomes.follow(ledger, adopted);
            } else {
                this.#queue.add([uid]);
            }
        }
        this.#outcomes.planRetry();
    }

    /** Only room in the flow is missing. */
    #hasMore(): boolean {
        return this.#queue.size > 0 || this.#scanOwed;
    }

    #hasRoom(): boolean {
        return this.#outcomes.awaited < this.#options.inFlight;
    }

    async #deliverQueued(folder: OpenFolder, ledger: Ledger): Promise<void> {
        while (!this.#closed && this.#hasRoom() && this.#queue.size > 0) {
            const uids = this.#queue.take(this.#options.inFlight - this.#outcomes.awaited);
            try {
                await this.#deliverBatch(folder, ledger, uids);
            } catch (error) {
                this.#putBack(ledger, uids, error);
                throw error;
            }
        }
        if (this.#queue.size === 0) {
            this.#deliveredInRun = 0;
        }
    }

    /** What was not emitted is still pending in the ledger and comes again with the next look; the try did not count. */
    #putBack(ledger: Ledger, uids: number[], error: unknown): void {
        const untouched = uids.filter(
            uid => ledger.isPending(uid) && !this.#outcomes.awaits(ledger.uidValidity, uid) && !this.#queue.waits(uid)
        );
        if (isBusy(error)) {
            // no mail's fault, unless it is always the same one that the server has no time for: that one comes later
            this.#suspect = (error as MailError).code === MailErrorCode.Throttled ? undefined : untouched[0];
            if (this.#suspect !== undefined && ledger.attempts(this.#suspect) >= TRIES_AT_ONCE) {
                untouched.shift();
                this.#outcomes.postpone(ledger, this.#suspect);
            }
        }
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
            const ahead = readAhead(folder, this.#reader, this.#supply.ahead());
            for await (const some of afterwards(durable, readings, ahead)) {
                for (const reading of some) {
                    expected.delete(reading.mail.uid);
                    await this.#decide(folder, ledger, reading);
                    if (this.#closed) {
                        return;
                    }
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
            await this.#outcomes.failUnread(ledger, folder, row, error);
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
            await this.#outcomes.failUnread(ledger, folder, mail.row, failure, mail.header);
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
        const kept = { message: snapshot(message), fingerprint: print };
        const inFlight = this.#outcomes.find(print);
        if (inFlight) {
            // the server renewed the folder, or the mail was moved away and back, while the flow has it
            this.#outcomes.follow(ledger, { ...kept, outcome: inFlight.outcome });
            return;
        }
        this.#deliveredInRun++;
        this.#ports.progress(this.#deliveredInRun, this.#queue.size);
        const outcome = this.#ports.deliver(message, kept);
        if (outcome === undefined && this.#ports.afterSuccess === null) {
            ledger.settle(uid, print);
            return;
        }
        this.#outcomes.follow(ledger, { ...kept, outcome: outcome ?? Promise.resolve({ kind: 'done' }) });
    }

    /** @param expected the mails of the batch that were not emitted. */
    async #failBatch(folder: OpenFolder, ledger: Ledger, expected: Rows, failure: MailError): Promise<void> {
        if (failure.code === MailErrorCode.LedgerFailed || isBusy(failure)) {
            throw failure;
        }
        if (!folder.connection.usable || isConnectionProblem(failure)) {
            // one mail that ends every connection must not keep the others waiting for ever
            const [suspect] = expected.values();
            this.#suspect = suspect?.uid;
            if (suspect && ledger.attempts(suspect.uid) >= TRIES_AT_ONCE) {
                await this.#outcomes.failUnread(ledger, folder, suspect, failure);
            }
            throw failure;
        }
        // the server refuses these mails, not the connection: each gets its own tries
        for (const row of expected.values()) {
            await this.#outcomes.failUnread(ledger, folder, row, failure);
        }
    }

    /** Mails of a batch finish close together: taking the next ones one by one would cost a write for each. */
    #resumeSoon(): void {
        if (this.#closed || !this.#hasMore()) {
            return;
        }
        const resume = (): void => (this.#onRoom ? this.#onRoom() : this.#ports.resume());
        if (this.#outcomes.awaited > 0) {
            this.#resumeTimer.start(RESUME_DELAY_MS, resume);
        } else {
            this.#resumeTimer.stop();
            resume();
        }
    }

    /** The watermark may pass what is pending, because that is written down, but not what only waits in memory. */
    #advance(ledger: Ledger): void {
        const waiting = this.#queue.lowest(uid => !ledger.isPending(uid));
        ledger.advance(waiting === null ? this.#scannedTo : waiting - 1);
    }
}
