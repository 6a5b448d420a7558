import type { SelectionRule } from '../imap/selection';
import type { MailError } from '../message/mail-error';
import type { MailMessage } from '../message/types';
import type { InFlightMail, KeptMail, Outcome } from './in-flight';
import type { LedgerPlace } from './ledger';
import type { ReaderOptions } from './mail-reader';
import type { StartRule } from './start';

export interface IntakeOptions extends ReaderOptions {
    place: LedgerPlace;
    rule: SelectionRule;
    start: StartRule;
    oversize: 'headers' | 'skip';
    /** Mails emitted and not yet settled; the rest stays on the server, but for what MailSupply holds ready. */
    inFlight: number;
    /** Tries per mail before it is given up. */
    attempts: number;
    /** Pause before the next try of a mail, after its try number `attempt` failed. */
    pauseMs: (attempt: number) => number;
}

/** What happens around a mail; the node supplies it. */
export interface IntakePorts {
    /** Hands a mail to the flow. Resolves with what became of it; undefined means that handing over settles it. */
    deliver(message: MailMessage, kept: KeptMail): Promise<Outcome> | undefined;
    /** A mail that an earlier instance of the node has emitted and that a flow still works on. */
    adopt(uidValidity: string, uid: number): InFlightMail | null;
    /** The outcome of a mail stands in the ledger, so no later instance needs to adopt it. */
    claim(uidValidity: string, uid: number): void;
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
