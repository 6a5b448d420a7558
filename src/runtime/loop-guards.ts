import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import { HandledMails } from '../compose/handled-mails';
import { LoopGuard } from '../compose/loop-guard';
import { RateCounters } from '../compose/rate-counters';
import { MailError, MailErrorCode } from '../message/mail-error';
import { FileStore } from '../state/file-store';
import { InstanceKey } from '../state/instance-key';

interface Shared {
    users: number;
    guard: Promise<LoopGuard> | null;
    /** The save of the last user's leaving, which the next one must not overtake. */
    closing: Promise<void>;
}

/** One per user directory, because compose-mail decides and smtp-out reports; gone with its last user. */
const guards = new Map<string, Shared>();

/** A node's way to the loop guard of its runtime. */
export interface GuardUse {
    /** Loads it at the first use. Rejects with MailError LEDGER_FAILED when its memory cannot be read. */
    get(): Promise<LoopGuard>;
    /** The node stops; resolves when everything is saved. */
    release(): Promise<void>;
}

/** Begins to use the loop guard; touches no file yet. */
export function useLoopGuard(RED: NodeAPI): GuardUse {
    const folder = join(RED.settings.userDir ?? process.cwd(), 'mailflow', 'guard');
    const shared = guards.get(folder) ?? { users: 0, guard: null, closing: Promise.resolve() };
    guards.set(folder, shared);
    shared.users++;
    return {
        get: () => {
            shared.guard ??= shared.closing
                .then(() => loadGuard(folder, text => RED.log.warn(`mailflow: ${text}`)))
                .catch((error: unknown) => {
                    shared.guard = null;
                    throw error;
                });
            return shared.guard;
        },
        release: async () => {
            shared.users--;
            if (shared.users > 0) {
                return;
            }
            const { guard } = shared;
            shared.guard = null;
            shared.closing = Promise.resolve(guard).then(
                loaded => loaded?.close(),
                () => undefined
            );
            await shared.closing;
            if (shared.users === 0) {
                guards.delete(folder);
            }
        }
    };
}

async function loadGuard(folder: string, warn: (text: string) => void): Promise<LoopGuard> {
    const store = new FileStore(folder);
    let lastProblem = '';
    const onProblem = (error: unknown): void => {
        const problem = `the memory of the loop guard is not saved: ${(error as Error).message}`;
        // a full disk is said once, not once per mail
        if (problem !== lastProblem) {
            lastProblem = problem;
            warn(problem);
        }
    };
    try {
        const key = await InstanceKey.load(store);
        const handled = await HandledMails.load(store, 'handled', Date.now);
        const counters = await RateCounters.load(store, 'counters', Date.now);
        return new LoopGuard(key, handled, counters, onProblem);
    } catch (error) {
        throw new MailError({
            code: MailErrorCode.LedgerFailed,
            kind: 'temporary',
            step: 'ledger',
            problem: `the memory of the loop guard cannot be read in ${folder} (${(error as Error).message})`,
            remedy: 'Check that the folder can be read and written. Without it nothing is answered or passed on.'
        });
    }
}
