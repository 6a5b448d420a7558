import { readTargets, type HandledTarget } from '../compose/handled-token';
import type { LoopGuard } from '../compose/loop-guard';
import type { SentInfo } from '../smtp/submission';
import type { InstanceKey } from '../state/instance-key';
import type { GuardUse } from './loop-guards';

/** Tells the loop guard what became of a mail that compose-mail has made; knows nothing of other mails. */
export class SendingReport {
    readonly #isComposed: boolean;
    readonly #targets: HandledTarget[];
    #guard: LoopGuard | null = null;

    /** @param composed `msg.composed`, with whatever is in it. */
    constructor(composed: unknown) {
        this.#isComposed = typeof composed === 'object' && composed !== null;
        this.#targets = readTargets(composed);
    }

    /** The key of this runtime for a composed mail, else null. Rejects as the guard does. */
    async open(guards: GuardUse): Promise<InstanceKey | null> {
        if (this.#isComposed) {
            this.#guard = await guards.get();
        }
        return this.#guard?.key ?? null;
    }

    /** Resolves when it is stored who has the mail, before the flow goes on: a retry then leaves them out. */
    async sent(sent: SentInfo): Promise<void> {
        const accepted = new Set(sent.accepted.map(address => address.toLowerCase()));
        const has = ({ address }: HandledTarget): boolean => accepted.has(address.toLowerCase());
        this.#guard?.giveBack(this.#targets.filter(target => !has(target)));
        await this.#guard?.confirm(this.#targets.filter(has));
    }

    /** Also when nobody knows whether the server took it: twice is better than never. */
    failed(): void {
        this.#guard?.giveBack(this.#targets);
    }
}
