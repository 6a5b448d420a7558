import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImapAccount } from '../../src/account/imap-account';
import { readImapSettings } from '../../src/account/imap-settings';
import { FolderIntake, type FolderOutput } from '../../src/delivery/folder-intake';
import type { KeptMail, Outcome } from '../../src/delivery/in-flight';
import { readIntakeSettings, type IntakeSettings } from '../../src/delivery/intake-settings';
import type { ConnectionTimeouts } from '../../src/imap/connection';
import { ReconnectPause } from '../../src/imap/reconnect-pause';
import type { MailError } from '../../src/message/mail-error';
import type { MailMessage } from '../../src/message/types';
import { FileStore } from '../../src/state/file-store';
import { Changes } from './changes';

/** Tests do not wait for the pauses of real life. */
const SHORT_PAUSE_MS = 20;

export interface IntakeServer {
    host: string;
    port: number;
}

/** Runs the engine of imap-in without Node-RED, so that a test sees every mail, failure and notice it gives. */
export class IntakeUnderTest {
    readonly mails: MailMessage[] = [];
    readonly givenUp: Array<{ message: MailMessage; error: MailError }> = [];
    readonly failures: MailError[] = [];
    readonly notices: string[] = [];
    readonly actionFailures: unknown[] = [];
    readonly account: ImapAccount;
    /** Stands for the flow; without one, mail is settled when it is handed over. */
    flow: ((message: MailMessage, fingerprint: string) => Promise<Outcome>) | undefined;
    /** False for a test that looks at memory. */
    keepMails = true;
    /** Settings that no user could save, from the next restart on. */
    overrides: Partial<IntakeSettings> = {};
    contacts = 0;
    /** Mails settled after the look that emitted them. */
    settled = 0;
    alarms = 0;
    recoveries = 0;
    wired = true;
    /** The pause before a mail is tried again. */
    retryMs = SHORT_PAUSE_MS;
    readonly #folder = mkdtempSync(join(tmpdir(), 'mailflow-intake-'));
    readonly #changes = new Changes();
    readonly #saved: Record<string, unknown>;
    #intake: FolderIntake;

    constructor(
        server: IntakeServer,
        saved: Record<string, unknown>,
        account: Record<string, unknown> = {},
        timeouts: ConnectionTimeouts = {}
    ) {
        const settings = readImapSettings(
            { name: 'test', host: server.host, port: server.port, security: 'none', ...account },
            { user: 'anna', password: 'secret' },
            null
        );
        this.account = new ImapAccount('account1', settings, {
            connectMs: 10_000,
            greetingMs: 10_000,
            socketMs: 5000,
            ...timeouts
        });
        this.#saved = saved;
        this.#intake = this.#create();
    }

    /** Where the ledger and attachment files are. */
    get userDir(): string {
        return this.#folder;
    }

    get subjects(): string[] {
        return this.mails.map(mail => mail.topic);
    }

    start(): this {
        this.#intake.start();
        return this;
    }

    /** Ends the engine and begins anew with the same ledger, like a restart of the runtime. */
    async restart(changed: Record<string, unknown> = {}): Promise<void> {
        await this.#intake.close();
        Object.assign(this.#saved, changed);
        this.#intake = this.#create();
        this.#intake.start();
    }

    /** A person wants a look at once. */
    lookNow(): void {
        this.#intake.lookNow();
    }

    /** Ends the engine; `restart` begins anew. */
    async close(): Promise<void> {
        await this.#intake.close();
    }

    async mailCount(count: number, timeoutMs = 10_000): Promise<void> {
        await this.#changes.until(
            () => this.mails.length >= count,
            () => `${count} mails, there are ${this.mails.length}; ${this.failures.map(String).join('; ')}`,
            timeoutMs
        );
    }

    /** Waits for further successful looks from now on. */
    async looks(count = 1, timeoutMs = 10_000): Promise<void> {
        const wanted = this.contacts + count;
        await this.#changes.until(
            () => this.contacts >= wanted,
            () => `${count} looks; ${this.failures.map(String).join('; ')}`,
            timeoutMs
        );
    }

    async failureCount(count: number, timeoutMs = 10_000): Promise<void> {
        await this.#changes.until(
            () => this.failures.length >= count,
            () => `${count} failures`,
            timeoutMs
        );
    }

    async until(condition: () => boolean, what: string, timeoutMs = 10_000): Promise<void> {
        await this.#changes.until(condition, () => what, timeoutMs);
    }

    async stop(): Promise<void> {
        await this.#intake.close();
        await this.account.close();
        rmSync(this.#folder, { recursive: true, force: true });
    }

    #create(): FolderIntake {
        const saved = { start: 'all', interval: 300, ack: 'emit', ...this.#saved };
        const settings = { ...readIntakeSettings(saved, this.#folder), ...this.overrides };
        const [folder = 'INBOX'] = settings.folders;
        const store = new FileStore(join(this.#folder, 'ledger'));
        const tell = <T extends unknown[]>(action: (...args: T) => void) => {
            return (...args: T): void => {
                action(...args);
                this.#changes.notify();
            };
        };
        const output: FolderOutput = {
            deliver: (message: MailMessage, { fingerprint }: KeptMail) => {
                if (this.keepMails) {
                    this.mails.push(message);
                }
                const outcome = this.flow?.(message, fingerprint);
                this.#changes.notify();
                return outcome;
            },
            adopt: () => null,
            claim: () => undefined,
            giveUp: tell((message, error) => void this.givenUp.push({ message, error })),
            actionFailed: tell((_message, error) => void this.actionFailures.push(error)),
            notice: tell(text => void this.notices.push(text)),
            progress: () => undefined,
            settled: tell(() => void this.settled++),
            isWired: () => this.wired,
            connecting: () => undefined,
            contact: tell(() => void this.contacts++),
            failed: tell(error => void this.failures.push(error)),
            silent: tell(() => void this.alarms++),
            recovered: tell(() => void this.recoveries++)
        };
        return new FolderIntake('node1', this.account, folder, settings, store, output, {
            retryMs: () => this.retryMs,
            reconnect: new ReconnectPause(Date.now, Math.random, SHORT_PAUSE_MS, SHORT_PAUSE_MS)
        });
    }
}
