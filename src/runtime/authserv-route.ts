import type { NodeAPI } from 'node-red';
import { findAuthservIds } from '../imap/authserv-ids';
import { MailError, MailErrorCode } from '../message/mail-error';
import { findImapAccount } from './account-lookup';

/** Express has no way to ask for a route: remember which app has it. */
const served = new WeakSet<object>();
/** A person waits in front of the dialog; the account's own limits are longer, and other work may stand before this. */
const MAX_WAIT_MS = 30_000;

/**
 * Registers `POST mailflow/authserv-ids/:account`, with which the dialog of filter-sender shows whose
 * Authentication-Results the latest mails of a deployed account carry. It connects to a server and reveals what is in a
 * mailbox, hence a permission to write. Answers `{mails, ids}`, or `{error}` with the reason in words.
 */
export function serveAuthservIds(RED: NodeAPI, maxWaitMs = MAX_WAIT_MS): void {
    if (served.has(RED.httpAdmin)) {
        return;
    }
    served.add(RED.httpAdmin);
    const permission = RED.auth.needsPermission('filter-sender.write');
    RED.httpAdmin.post('/mailflow/authserv-ids/:account', permission, (request, response) => {
        const look = async (): Promise<unknown> => {
            const account = findImapAccount(RED, String(request.params['account']));
            const use = { folder: 'INBOX', readOnly: true, fresh: true, repeatable: true };
            return within(maxWaitMs, account.label, account.run(use, findAuthservIds));
        };
        look().then(
            found => response.json(found),
            (error: unknown) => response.json({ error: (error as Error).message })
        );
    });
}

/** Rejects when the work takes longer; the work itself is bounded by the account's limits and then forgotten. */
async function within<T>(ms: number, account: string, work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(timedOut(ms, account)), ms);
    });
    try {
        return await Promise.race([work, late]);
    } finally {
        clearTimeout(timer);
    }
}

function timedOut(ms: number, account: string): MailError {
    return new MailError({
        code: MailErrorCode.TimedOut,
        kind: 'temporary',
        step: 'fetch',
        account,
        problem: `the server did not answer within ${Math.round(ms / 1000)} seconds`,
        remedy: 'Try again in a moment.'
    });
}
