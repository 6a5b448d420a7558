import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { deleteMail } from '../imap/actions';
import { errorReport, type ErrorReport } from './probe-report';
import { buildMime, type BuiltMail } from '../smtp/mime';
import { composeMail } from '../smtp/outgoing';
import type { SendingSettings } from '../smtp/sending-settings';
import type { ImapAccount } from './imap-account';

/** Carries the token by which the mail is found again; a flow may leave out mail that has it. */
const TEST_HEADER = 'X-Mailflow-Test';

const ARRIVAL_TIMEOUT_MS = 60_000;
const LOOK_PAUSE_MS = 2_000;

/** Where a test mail was found, and what became of it. */
export interface Arrival {
    folder: string;
    isJunk: boolean;
    seconds: number;
    /** null: it was removed again. */
    notRemoved: ErrorReport | null;
}

export interface ArrivalTimes {
    timeoutMs?: number;
    pauseMs?: number;
}

/** A small mail from the account to itself. The token is random, so that nobody can make a mail that is taken for it. */
export async function buildTestMail(settings: SendingSettings): Promise<{ token: string; mail: BuiltMail }> {
    const token = randomBytes(16).toString('hex');
    const message = {
        to: settings.sender.address,
        topic: 'Mailflow: test of the account',
        payload:
            'This mail shows that the account can send. It is removed again when its inbox is linked to the account.',
        // RFC 3834: no automatic answer to this
        headers: { [TEST_HEADER]: token, 'Auto-Submitted': 'auto-generated' }
    };
    const mail = composeMail(message, { to: null, subject: null, signature: false, attachmentsDir: '' }, settings);
    return { token, mail: await buildMime(mail, settings.limits.maxBytes) };
}

/**
 * Waits for the test mail in the inbox and in the junk folder of an account, and removes it again if the account's
 * rights allow it.
 *
 * @returns null when it did not come in time.
 * @throws MailError when the mailbox cannot be looked at.
 */
export async function awaitArrival(
    account: ImapAccount,
    token: string,
    signal: AbortSignal,
    times: ArrivalTimes = {}
): Promise<Arrival | null> {
    const start = Date.now();
    const end = start + (times.timeoutMs ?? ARRIVAL_TIMEOUT_MS);
    const user = `test-${token}`;
    account.register(user);
    try {
        const junk = await account.specialFolder('junk').catch(() => '');
        while (!signal.aborted) {
            for (const folder of ['INBOX', junk].filter(Boolean)) {
                const uid = await findTestMail(account, folder, token);
                if (uid !== null) {
                    const seconds = Math.round((Date.now() - start) / 1000);
                    const notRemoved = await removeTestMail(account, folder, uid);
                    return { folder, isJunk: folder === junk, seconds, notRemoved };
                }
            }
            if (Date.now() >= end) {
                return null;
            }
            await sleep(times.pauseMs ?? LOOK_PAUSE_MS, undefined, { signal }).catch(() => undefined);
        }
        return null;
    } finally {
        await account.deregister(user);
    }
}

async function findTestMail(account: ImapAccount, folder: string, token: string): Promise<number | null> {
    return account.run({ folder, readOnly: true, fresh: true, repeatable: true }, async opened => {
        const uids = await opened.search({ header: { [TEST_HEADER]: token } });
        // a server may take a search less literally than it is meant: what is removed must carry the token itself
        const blocks = await opened.headers(uids.slice(-10));
        const found = [...blocks].find(([, block]) => block.includes(`${TEST_HEADER}: ${token}`));
        return found?.[0] ?? null;
    });
}

async function removeTestMail(account: ImapAccount, folder: string, uid: number): Promise<ErrorReport | null> {
    try {
        await account.act('delete', folder, opened => deleteMail(opened, uid));
        return null;
    } catch (error) {
        return errorReport(error);
    }
}
