import type { FetchMessageObject } from 'imapflow';
import type { OpenFolder } from '../imap/open-folder';
import { atMost } from '../message/at-most';
import type { MailError } from '../message/mail-error';
import type { MailMessage } from '../message/types';
import { fingerprint } from './fingerprint';
import { flowError } from './flow-error';
import type { InFlightMail, Outcome } from './in-flight';
import type { IntakeOptions, IntakePorts } from './intake-ports';
import type { Ledger } from './ledger';
import type { MailQueue } from './mail-queue';
import type { MailReader } from './mail-reader';
import { OnceTimer } from './once-timer';
import { TransientMap } from './transient-map';

/** A mail that a stop made nodes drop comes again after this; a flow that gives everything back must not spin. */
const GIVEN_BACK_PAUSE_MS = 1_000;
/** Settlements within this share a write when no other write takes them along. */
const SAVE_DELAY_MS = 20;
/** How long a closing node waits for actions on mail that the flow has finished with. */
const FINISH_TIMEOUT_MS = 5_000;

/**
 * The last part of the story of a mail: it waits for what the flow makes of the mails of one folder, and carries it
 * out. A mail that is done is settled after `afterSuccess`; one that failed comes again, or is given up after its last
 * try. Nothing here holds up the mails behind.
 */
export class MailOutcomes {
    readonly #options: IntakeOptions;
    readonly #ports: IntakePorts;
    readonly #reader: MailReader;
    readonly #queue: MailQueue;
    readonly #finished: () => void;
    /** By UIDVALIDITY and UID: what is in the flow when the server renews the folder keeps its number of before. */
    readonly #awaited = new TransientMap<string, InFlightMail>();
    /** Work on mails whose outcome is known. */
    readonly #finishing = new Set<Promise<void>>();
    readonly #saveTimer = new OnceTimer();
    readonly #retryTimer = new OnceTimer();
    #closed = false;
    /** Work that did not end in time belongs to the next instance of the node, with the outcome that led to it. */
    #abandoned = false;

    /**
     * @param queue gets the mails that come again.
     * @param finished hears that a mail left the flow, whatever became of it.
     */
    constructor(
        options: IntakeOptions,
        ports: IntakePorts,
        reader: MailReader,
        queue: MailQueue,
        finished: () => void
    ) {
        this.#options = options;
        this.#ports = ports;
        this.#reader = reader;
        this.#queue = queue;
        this.#finished = finished;
    }

    /** Number of mails that the flow has and that are not settled yet. */
    get awaited(): number {
        return this.#awaited.size;
    }

    awaits(uidValidity: string, uid: number): boolean {
        return this.#awaited.has(keyOf(uidValidity, uid));
    }

    /** The mail with this fingerprint, if the flow has it: under another number after the folder was renewed. */
    find(fingerprint: string): InFlightMail | undefined {
        return this.#awaited.find(mail => mail.fingerprint === fingerprint);
    }

    /** Waits for the flow without holding up anything; what comes after the outcome is awaited by `close`. */
    follow(ledger: Ledger, mail: InFlightMail): void {
        const { uidValidity, uid } = mail.message.mail.ref;
        this.#awaited.set(keyOf(uidValidity, uid), mail);
        void mail.outcome.then(outcome => {
            if (this.#closed) {
                // still pending in the ledger: the next instance of the node adopts it, or gets it again
                return;
            }
            const work = this.#finish(ledger, mail, outcome).finally(() => this.#finishing.delete(work));
            this.#finishing.add(work);
        });
    }

    /** A mail that could not be read comes again or is given up, like one that the flow failed with. */
    async failUnread(
        ledger: Ledger,
        folder: OpenFolder,
        row: FetchMessageObject,
        error: MailError,
        header: Buffer | null = null
    ): Promise<void> {
        const attempt = ledger.attempts(row.uid);
        await this.#fail(ledger, row.uid, error, () => this.#reader.headerOnly(folder, row, header, attempt));
    }

    /** Has a mail come again later, as after a failure, without counting the try. */
    postpone(ledger: Ledger, uid: number): void {
        const attempt = ledger.attempts(uid);
        const at = Date.now() + this.#options.pauseMs(attempt);
        ledger.retryLater(uid, Math.max(0, attempt - 1), new Date(at));
        this.#tryAgainAt(uid, at);
    }

    /** Asks for a look when the next retry of the queue is due. */
    planRetry(): void {
        const due = this.#queue.nextDue;
        this.#retryTimer.stop();
        if (due !== null) {
            this.#retryTimer.start(Math.max(0, due - Date.now()), () => this.#ports.resume());
        }
    }

    /** Lets begun actions end, and makes the ledger durable. Bounded; never rejects. */
    async close(ledger: Ledger | null): Promise<void> {
        this.#closed = true;
        this.#retryTimer.close();
        await atMost(FINISH_TIMEOUT_MS, Promise.all(this.#finishing));
        this.#abandoned = true;
        this.#saveTimer.close();
        await this.#saveIfDirty(ledger);
        // a write that was begun before counts as clean already
        await ledger?.idle();
    }

    /** Owns every failure, so that nothing is left unhandled. */
    async #finish(ledger: Ledger, mail: InFlightMail, outcome: Outcome): Promise<void> {
        const { uid, uidValidity } = mail.message.mail.ref;
        try {
            await this.#carryOut(ledger, mail, outcome);
        } catch (error) {
            this.#ports.notice(error instanceof Error ? error.message : String(error));
        } finally {
            this.#awaited.delete(keyOf(uidValidity, uid));
            if (!this.#abandoned) {
                this.#ports.claim(uidValidity, uid);
                this.#ports.settled();
                this.#saveSoon(ledger);
                this.#finished();
            }
        }
    }

    async #carryOut(ledger: Ledger, mail: InFlightMail, outcome: Outcome): Promise<void> {
        const { uid, uidValidity } = mail.message.mail.ref;
        // its number means another mail by now
        const isRenewed = uidValidity !== ledger.uidValidity;
        if (outcome.kind === 'done') {
            if (!isRenewed || !this.#hasNewNumber(mail)) {
                await this.#ports.afterSuccess?.(mail.message);
            }
            ledger.settle(uid, mail.fingerprint, uidValidity);
        } else if (isRenewed) {
            // it comes again under its new number, if it has not come yet
            return;
        } else if (outcome.kind === 'failed') {
            await this.#fail(ledger, uid, flowError(this.#options.place.folder, outcome.reason), () =>
                Promise.resolve(mail.message)
            );
        } else {
            // neither done nor failed: the try does not count
            ledger.begin(uid, Math.max(0, ledger.attempts(uid) - 1));
            this.#tryAgainAt(uid, Date.now() + GIVEN_BACK_PAUSE_MS);
        }
    }

    #hasNewNumber(mail: InFlightMail): boolean {
        const isSame = (other: InFlightMail): boolean =>
            other !== mail && other.fingerprint === mail.fingerprint && other.outcome === mail.outcome;
        return this.#awaited.find(isSame) !== undefined;
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

    #tryAgainAt(uid: number, at: number): void {
        this.#queue.addLater(uid, at);
        this.planRetry();
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
}

function keyOf(uidValidity: string, uid: number): string {
    return `${uidValidity} ${uid}`;
}
