import { randomUUID } from 'node:crypto';
import type { FetchMessageObject } from 'imapflow';
import { fetchContent, type ContentPlan, type FetchedMail } from '../imap/content';
import { isConnectionProblem } from '../imap/errors';
import { toDate, type OpenFolder } from '../imap/open-folder';
import { selectMails, type SelectionRule } from '../imap/selection';
import type { MailError } from '../message/mail-error';
import { readMail } from '../message/read-mail';
import type { AttachmentMode, MailMessage, MailMeta, MailRef } from '../message/types';
import { judgeSender } from '../sender/verdict';
import type { StateStore } from '../state/store';
import { fingerprint } from './fingerprint';
import { Ledger, type LedgerPlace } from './ledger';
import { MailQueue } from './mail-queue';
import { retryPauseMs } from './retry-pause';
import { findStart, type StartRule } from './start';

export interface IntakeOptions {
    place: LedgerPlace;
    rule: SelectionRule;
    start: StartRule;
    plan: ContentPlan;
    oversize: 'headers' | 'skip';
    attachments: AttachmentMode;
    attachmentsDir: string;
    /** Mails emitted and not yet settled; the rest stays on the server. */
    inFlight: number;
    /** Tries per mail before it is given up. */
    attempts: number;
}

/** A connection lost this often at the same mail is no accident any more. */
const TRIES_AT_ONCE = 3;

/** What happens around a mail; the node supplies it. */
export interface IntakePorts {
    /** Hands a mail to the flow; resolves when the flow has finished with it, rejects when it failed. */
    deliver(message: MailMessage): Promise<void> | void;
    /** `afterSuccess`; null when there is nothing to do. A failure is reported, and the mail counts as done. */
    afterSuccess: ((ref: MailRef, message: MailMessage) => Promise<void>) | null;
    /** Second output and `afterFailure`, after the last try. */
    giveUp(message: MailMessage, error: MailError): Promise<void>;
    /** Something the user should know that stops nothing. */
    notice(text: string): void;
    /** `waiting` mails are selected and not yet delivered; `delivered` counts since the queue was last empty. */
    progress(delivered: number, waiting: number): void;
    /** Asks for another look: room became free, or a retry is due. */
    wake(): void;
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
    readonly #queue = new MailQueue();
    readonly #inFlight = new Set<number>();
    #ledger: Ledger | null = null;
    #scannedTo = 0;
    #deliveredInRun = 0;
    #retryTimer: NodeJS.Timeout | undefined;
    #closed = false;

    constructor(options: IntakeOptions, store: StateStore, ports: IntakePorts) {
        this.#options = options;
        this.#store = store;
        this.#ports = ports;
    }

    /** Takes what is new in the folder, as far as the flow has room for it. Rejects with MailError; may be called again. */
    async look(folder: OpenFolder): Promise<void> {
        const ledger = await this.#open(folder);
        this.#queue.takeDue(Date.now());
        await this.#deliverQueued(folder, ledger);
        if (!this.#hasRoom()) {
            return;
        }
        for await (const slice of selectMails(folder, this.#scannedTo + 1, this.#options.rule)) {
            this.#queue.add(slice.hits.filter(uid => !ledger.isPending(uid)));
            this.#scannedTo = slice.scannedTo;
            await this.#deliverQueued(folder, ledger);
            if (this.#closed || !this.#hasRoom()) {
                break;
            }
        }
        this.#advance(ledger);
        if (ledger.isDirty) {
            await ledger.save();
        }
    }

    /** Number of mails that this node has delivered from the folder, ever. */
    get delivered(): number {
        return this.#ledger?.delivered ?? 0;
    }

    /** Stops taking mail and makes the ledger durable. Never rejects. */
    async close(): Promise<void> {
        this.#closed = true;
        clearTimeout(this.#retryTimer);
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
            if (mail.retryAt) {
                this.#queue.addLater(uid, Date.parse(mail.retryAt));
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
                // what was not emitted is still pending in the ledger and comes again with the next look
                this.#queue.add(
                    uids.filter(uid => ledger.isPending(uid) && !this.#inFlight.has(uid) && !this.#queue.waits(uid))
                );
                throw error;
            }
        }
        if (this.#queue.size === 0) {
            this.#deliveredInRun = 0;
        }
    }

    async #deliverBatch(folder: OpenFolder, ledger: Ledger, uids: number[]): Promise<void> {
        for (const uid of uids) {
            ledger.begin(uid, ledger.attempts(uid) + 1);
        }
        this.#advance(ledger);
        const [rows] = await Promise.all([folder.meta(uids), ledger.save()]);
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
                await this.#deliver(folder, ledger, mail);
                expected.delete(mail.uid);
                if (this.#closed) {
                    return;
                }
            }
        } catch (error) {
            const failure = folder.connection.error(error, 'fetch');
            const [suspect] = expected;
            if (!folder.connection.usable || isConnectionProblem(failure)) {
                // one mail that ends every connection must not keep the others waiting for ever
                if (suspect !== undefined && ledger.attempts(suspect) >= TRIES_AT_ONCE) {
                    await this.#fail(ledger, rows.get(suspect) as FetchMessageObject, folder, failure, null);
                }
                throw failure;
            }
            // the server refuses these mails, not the connection: each gets its own tries
            for (const uid of expected) {
                await this.#fail(ledger, rows.get(uid) as FetchMessageObject, folder, failure, null);
            }
            return;
        }
        // between the two commands they were expunged or moved away
        expected.forEach(uid => ledger.settle(uid, null));
    }

    async #deliver(folder: OpenFolder, ledger: Ledger, mail: FetchedMail): Promise<void> {
        const { rule } = this.#options;
        // once more on the complete header: what the server returned as HEADER.FIELDS was its own reading
        if (!rule.senders.isEmpty && judgeSender(mail.header, rule.senders).verdict !== 'match') {
            destroy(mail);
            ledger.settle(mail.uid, null);
            return;
        }
        let message: MailMessage;
        try {
            message = await this.#read(folder, mail, ledger.attempts(mail.uid));
        } catch (error) {
            destroy(mail);
            const failure = folder.connection.error(error, 'fetch');
            if (!folder.connection.usable) {
                throw failure;
            }
            await this.#fail(ledger, mail.row, folder, failure, mail.header);
            return;
        }
        const print = fingerprint(message.mail, message.header);
        if (ledger.knows(print)) {
            ledger.settle(mail.uid, null);
            return;
        }
        this.#inFlight.add(mail.uid);
        this.#deliveredInRun++;
        this.#ports.progress(this.#deliveredInRun, this.#queue.size);
        try {
            const finished = this.#ports.deliver(message);
            if (finished === undefined && this.#ports.afterSuccess === null) {
                this.#inFlight.delete(mail.uid);
                ledger.settle(mail.uid, print);
                return;
            }
            void this.#finish(ledger, message, print, finished);
        } catch (error) {
            this.#inFlight.delete(mail.uid);
            throw error;
        }
    }

    /** Waits for the flow and runs what belongs after success. Owns every failure, so that nothing is left unhandled. */
    async #finish(ledger: Ledger, message: MailMessage, print: string, finished: Promise<void> | void): Promise<void> {
        const { ref } = message.mail;
        try {
            await finished;
            await this.#ports.afterSuccess?.(ref, message);
        } catch (error) {
            this.#ports.notice(error instanceof Error ? error.message : String(error));
        }
        try {
            ledger.settle(ref.uid, print, ref.uidValidity);
            await ledger.save();
        } catch (error) {
            this.#ports.notice(error instanceof Error ? error.message : String(error));
        } finally {
            this.#inFlight.delete(ref.uid);
            this.#ports.wake();
        }
    }

    async #fail(
        ledger: Ledger,
        row: FetchMessageObject,
        folder: OpenFolder,
        error: MailError,
        header: Buffer | null
    ): Promise<void> {
        const attempt = ledger.attempts(row.uid);
        if (attempt < this.#options.attempts) {
            const at = Date.now() + retryPauseMs(attempt);
            ledger.retryLater(row.uid, attempt, new Date(at));
            this.#queue.addLater(row.uid, at);
            this.#planRetry();
            return;
        }
        const meta = this.#metaOf(folder, row, attempt);
        const message = await readMail(header ?? Buffer.alloc(0), meta, {
            content: 'headers',
            attachments: 'none',
            attachmentsDir: '',
            oversize: false
        });
        await this.#ports.giveUp(message, error);
        ledger.settle(row.uid, fingerprint(message.mail, message.header));
    }

    #read(folder: OpenFolder, mail: FetchedMail, attempt: number): Promise<MailMessage> {
        return readMail(mail.source, this.#metaOf(folder, mail.row, attempt), {
            content: this.#options.plan.content,
            attachments: this.#options.attachments,
            attachmentsDir: this.#options.attachmentsDir,
            oversize: mail.oversize
        });
    }

    #metaOf(folder: OpenFolder, row: FetchMessageObject, attempt: number): MailMeta {
        const { account } = this.#options.place;
        return {
            ref: { account, folder: folder.path, uidValidity: folder.uidValidity, uid: row.uid },
            size: row.size ?? 0,
            flags: [...(row.flags ?? [])],
            receivedAt: toDate(row.internalDate),
            labels: [...(row.labels ?? [])],
            threadId: row.threadId ?? '',
            emailId: row.emailId ?? '',
            delivery: { id: randomUUID(), attempt }
        };
    }

    /** The watermark may pass what is pending, because that is written down, but not what only waits in memory. */
    #advance(ledger: Ledger): void {
        const waiting = this.#queue.lowest(uid => !ledger.isPending(uid));
        ledger.advance(waiting === null ? this.#scannedTo : waiting - 1);
    }

    #planRetry(): void {
        clearTimeout(this.#retryTimer);
        const due = this.#queue.nextDue;
        if (due !== null && !this.#closed) {
            this.#retryTimer = setTimeout(() => this.#ports.wake(), Math.max(0, due - Date.now()));
        }
    }
}

function destroy(mail: FetchedMail): void {
    if (!Buffer.isBuffer(mail.source)) {
        mail.source.on('error', () => undefined);
        mail.source.destroy();
    }
}
