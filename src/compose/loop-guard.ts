import type { InstanceKey } from '../state/instance-key';
import { hasEmptySender, whyNotAnswer, whyNotForward } from './answerable';
import type { HandledMails } from './handled-mails';
import { isOwnMark, MARK_FIELD } from './marks';
import type { Original } from './original';
import type { Limit, RateCounters } from './rate-counters';
import { openToken, tokenFor, type HandledTarget } from './handled-token';

export type Action = 'reply' | 'reply-all' | 'forward' | 'forward-inline' | 'redirect' | 'new';

/** Why a mail is not composed; flows may decide by it. */
export type RefusalReason =
    | 'already-handled'
    | 'own-mark'
    | 'returned'
    | 'own-address'
    | 'author'
    | 'hops'
    | 'automatic'
    | 'sender-limit'
    | 'target-limit';

/** A mail that is about to be composed. */
export interface Attempt {
    /** Id of the node: the same mail may go to the same target by two nodes. */
    node: string;
    action: Action;
    /** null when nothing was received. */
    original: Original | null;
    /** Every address that would get the mail. */
    targets: readonly string[];
    /** Whether an address belongs to the watched mailbox. */
    owns: (address: string) => boolean;
    limits: GuardLimits;
}

export interface GuardLimits {
    maxPerSender: number;
    perSenderMinutes: number;
    maxPerTarget: number;
    perTargetMinutes: number;
}

export type Verdict =
    /** Goes to these and to no other: who has the mail already is left out. */
    { admitted: true; targets: HandledTarget[] } | { admitted: false; reason: RefusalReason; text: string };

/** RFC 5321 section 6.3 asks for at least 100 before a relay calls it a loop; a mail of people has some ten. */
const MAX_RECEIVED = 30;
const MINUTE_MS = 60_000;
const ADDRESS = /[^\s<>,;:"()]{1,64}@[^\s<>,;:"()]{1,255}/g;

/**
 * Decides whether a mail may be answered or passed on without setting off a loop. The order of the steps is that of
 * their certainty: what this runtime has done itself, what the header shows, what the mail is, and at last counters,
 * which end every loop that nothing else can see.
 */
export class LoopGuard {
    readonly key: InstanceKey;
    readonly #handled: HandledMails;
    readonly #counters: RateCounters;
    readonly #onProblem: (error: unknown) => void;

    /** @param onProblem gets what keeps the state from being saved; the guard goes on with what it has in memory. */
    constructor(key: InstanceKey, handled: HandledMails, counters: RateCounters, onProblem: (error: unknown) => void) {
        this.key = key;
        this.#handled = handled;
        this.#counters = counters;
        this.#onProblem = onProblem;
    }

    /** Resolves when what an admitted mail changed is safely stored, or could not be. Never rejects. */
    async judge(attempt: Attempt): Promise<Verdict> {
        const targets = this.#holdTargets(attempt);
        if (targets.length === 0) {
            return refused('already-handled', 'it was sent to this address already, or is just being sent');
        }
        const verdict = this.#judgeHeader(attempt) ?? this.#judgeKind(attempt) ?? (await this.#count(attempt, targets));
        if (verdict) {
            this.giveBack(targets);
            return verdict;
        }
        return { admitted: true, targets };
    }

    /** The mail was sent to these. Resolves when that is stored, or could not be; a sent mail stays sent. */
    async confirm(targets: readonly HandledTarget[]): Promise<void> {
        await this.#handled.confirm(this.#keysOf(targets)).catch((error: unknown) => this.#onProblem(error));
    }

    /** The mail was not sent to these, so another attempt may send it. */
    giveBack(targets: readonly HandledTarget[]): void {
        this.#handled.giveBack(this.#keysOf(targets));
    }

    /** Resolves when nothing is being saved any more. */
    async close(): Promise<void> {
        await Promise.all([this.#handled.settled(), this.#counters.settled()]);
    }

    /** A token that this runtime did not make is not there for the guard. */
    #keysOf(targets: readonly HandledTarget[]): string[] {
        return targets.flatMap(({ token }) => openToken(this.key, token) ?? []);
    }

    /** Step 1. What has no identity (no mail, or one without Message-ID and reference) cannot be known again. */
    #holdTargets({ node, original, targets }: Attempt): HandledTarget[] {
        const mail = original ? identityOf(original) : [];
        if (!original || mail.length === 0) {
            return targets.map(address => ({ address, token: '' }));
        }
        const holder = { source: original.source, deliveryId: original.deliveryId };
        return targets
            .map(address => ({ address, token: tokenFor(this.key, [node, ...mail, address.toLowerCase()]) }))
            .filter(({ token }) => this.#handled.hold(openToken(this.key, token) ?? '', holder));
    }

    /** Steps 2 to 4. */
    #judgeHeader({ action, original, targets, owns }: Attempt): Verdict | null {
        if (original?.header(MARK_FIELD.toLowerCase()).some(value => isOwnMark(value, this.key))) {
            return refused('own-mark', 'it was sent by this runtime and has come back');
        }
        if (original && isReturned(original, owns)) {
            return refused('returned', 'it has passed through this mailbox before');
        }
        if (original && targets.some(owns)) {
            return refused('own-address', 'it would go to the mailbox it came from');
        }
        const author = original?.author?.address.toLowerCase() ?? '';
        const isForward = action === 'forward' || action === 'forward-inline' || action === 'redirect';
        if (isForward && targets.some(target => target.toLowerCase() === author)) {
            return refused('author', 'it would go back to its author');
        }
        if (original && original.header('received').length > MAX_RECEIVED) {
            return refused('hops', `it has passed through more than ${MAX_RECEIVED} servers`);
        }
        return null;
    }

    /** Step 5. */
    #judgeKind({ action, original, targets }: Attempt): Verdict | null {
        if (!original) {
            return null;
        }
        if (action === 'redirect' && hasEmptySender(original)) {
            return refused('automatic', 'mail with an empty return path is not redirected');
        }
        const why = isAnswer(action, original, targets) ? whyNotAnswer(original) : whyNotForward(original);
        return why === '' ? null : refused('automatic', why);
    }

    /** Step 6; null when no limit is reached. */
    async #count({ node, original, limits }: Attempt, targets: readonly HandledTarget[]): Promise<Verdict | null> {
        const { maxPerSender, perSenderMinutes, maxPerTarget, perTargetMinutes } = limits;
        const counterFor = (what: string, address: string): string =>
            this.key.sign('counter', node, what, address.toLowerCase());
        const senderLimit: Limit = {
            key: counterFor('sender', original?.author?.address ?? ''),
            max: maxPerSender,
            windowMs: perSenderMinutes * MINUTE_MS
        };
        const targetLimits = targets.map(({ address }) => ({
            key: counterFor('target', address),
            max: maxPerTarget,
            windowMs: perTargetMinutes * MINUTE_MS
        }));
        const mail = original ? identityOf(original) : [];
        const name = mail.length === 0 ? '' : this.key.sign('counted', ...mail);
        const { reached, saved } = this.#counters.take(name, [...(original ? [senderLimit] : []), ...targetLimits]);
        await saved.catch((error: unknown) => this.#onProblem(error));
        if (!reached) {
            return null;
        }
        return reached === senderLimit
            ? refused(
                  'sender-limit',
                  `${maxPerSender} mails of its author within ${perSenderMinutes} min are the limit`
              )
            : refused(
                  'target-limit',
                  `${maxPerTarget} mails to one address within ${perTargetMinutes} min are the limit`
              );
    }
}

/** Whether a machine is about to talk back to who has written; also a new mail does that when it goes to the author. */
export function isAnswer(action: Action, original: Original, targets: readonly string[]): boolean {
    const author = original.author?.address.toLowerCase() ?? '';
    return (
        action === 'reply' ||
        action === 'reply-all' ||
        (action === 'new' && targets.some(target => target.toLowerCase() === author))
    );
}

/** Message-ID alone is not enough: some programs use one for many mails. Empty when nothing names the mail. */
function identityOf({ messageId, source, author, subject, header }: Original): string[] {
    if (messageId !== '') {
        return ['id', messageId, header('date')[0] ?? '', author?.address ?? '', subject];
    }
    return source === '' ? [] : ['source', source];
}

/**
 * Signs that it was here and came back: X-Loop, Resent-From, or Delivered-To with the same address twice. Once stands
 * there in every delivered mail, and RFC 9228, which describes the sign, promises no more.
 */
function isReturned(original: Original, owns: (address: string) => boolean): boolean {
    const named = ['x-loop', 'resent-from'].flatMap(name => original.header(name)).flatMap(addressesIn);
    const delivered = original
        .header('delivered-to')
        .flatMap(addressesIn)
        .map(address => address.toLowerCase());
    const twice = delivered.filter((address, index) => delivered.indexOf(address) < index);
    return [...named, ...twice].some(owns);
}

function addressesIn(value: string): string[] {
    return value.slice(0, 2_000).match(ADDRESS) ?? [];
}

function refused(reason: RefusalReason, text: string): Verdict {
    return { admitted: false, reason, text };
}
