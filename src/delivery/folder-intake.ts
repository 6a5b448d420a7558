import type { ImapAccount } from '../account/imap-account';
import { ContactAlarm, type AlarmReport } from '../imap/contact-alarm';
import type { ReconnectPause } from '../imap/reconnect-pause';
import { FolderWatcher, type WatchReport } from '../imap/watcher';
import type { MailError } from '../message/mail-error';
import type { MailMessage } from '../message/types';
import type { StateStore } from '../state/store';
import { prepareAttachmentsFolder } from './attachments-folder';
import { checkAfterAction, runAfterAction } from './after-action';
import type { InFlightMail, KeptMail, Outcome } from './in-flight';
import { Intake } from './intake';
import type { IntakeSettings } from './intake-settings';
import { retryPauseMs } from './retry-pause';

/** What the node does with what a folder gives. */
export interface FolderOutput extends WatchReport, AlarmReport {
    /** Hands a mail to the flow; see IntakePorts. */
    deliver(message: MailMessage, kept: KeptMail): Promise<Outcome> | undefined;
    /** A mail that an earlier instance of the node has emitted and that a flow still works on. */
    adopt(uidValidity: string, uid: number): InFlightMail | null;
    /** The outcome of a mail stands in the ledger, so no later instance needs to adopt it. */
    claim(uidValidity: string, uid: number): void;
    giveUp(message: MailMessage, error: MailError): void;
    /** An action after success or failure did not work; the mail itself is settled. */
    actionFailed(message: MailMessage, error: unknown): void;
    notice(text: string): void;
    progress(delivered: number, waiting: number): void;
    /** A mail was settled after the look that emitted it. */
    settled(): void;
    /** False while nothing is wired to the first output: mail then stays where it is. */
    isWired(): boolean;
}

/** Pauses other than those of real life. */
export interface Pauses {
    retryMs?: (attempt: number) => number;
    reconnect?: ReconnectPause;
}

/** One folder of an imap-in node: its watcher and its intake, wired to each other. */
export class FolderIntake {
    readonly #intake: Intake;
    readonly #watcher: FolderWatcher;
    readonly #alarm: ContactAlarm;

    /** @throws MailError when an action after success or failure is set up wrongly or not allowed by the account. */
    constructor(
        node: string,
        account: ImapAccount,
        folder: string,
        settings: IntakeSettings,
        store: StateStore,
        output: FolderOutput,
        pauses: Pauses = {}
    ) {
        const { afterSuccess, afterFailure } = settings;
        checkAfterAction(afterSuccess, 'afterSuccess', account);
        checkAfterAction(afterFailure, 'afterFailure', account);
        this.#alarm = new ContactAlarm(settings.intervalMs, output);
        const act = async (message: MailMessage, action: IntakeSettings['afterSuccess']): Promise<void> => {
            try {
                await runAfterAction(account, message.mail.ref, action);
            } catch (error) {
                output.actionFailed(message, error);
            }
        };
        this.#intake = new Intake(
            { ...settings, pauseMs: pauses.retryMs ?? retryPauseMs, place: { node, account: account.id, folder } },
            store,
            {
                deliver: (message, kept) => output.deliver(message, kept),
                adopt: (uidValidity, uid) => output.adopt(uidValidity, uid),
                claim: (uidValidity, uid) => output.claim(uidValidity, uid),
                afterSuccess: afterSuccess.kind === 'none' ? null : message => act(message, afterSuccess),
                giveUp: async (message, error) => {
                    output.giveUp(message, error);
                    await act(message, afterFailure);
                },
                notice: text => output.notice(text),
                progress: (delivered, waiting) => output.progress(delivered, waiting),
                settled: () => output.settled(),
                resume: () => this.#watcher.resume()
            }
        );
        this.#watcher = new FolderWatcher(
            { folder, push: settings.push, intervalMs: settings.intervalMs },
            {
                openOwn: () => account.openWatch(),
                withShared: (path, look) => account.run({ folder: path, readOnly: true, fresh: true }, look)
            },
            async (opened, scan) => {
                if (!output.isWired()) {
                    return false;
                }
                if (settings.attachmentsDir !== '') {
                    await prepareAttachmentsFolder(settings.attachmentsDir);
                }
                return this.#intake.look(opened, scan);
            },
            {
                connecting: () => output.connecting(),
                contact: watching => {
                    this.#alarm.contact();
                    output.contact(watching);
                },
                failed: error => output.failed(error)
            },
            pauses.reconnect
        );
    }

    get delivered(): number {
        return this.#intake.delivered;
    }

    start(): void {
        this.#alarm.start();
        this.#watcher.start();
    }

    /** A person wants a look at once. */
    lookNow(): void {
        this.#watcher.lookNow();
    }

    /** Bounded; the ledger is durable afterwards. */
    async close(): Promise<void> {
        this.#alarm.close();
        await this.#watcher.close();
        await this.#intake.close();
    }
}
