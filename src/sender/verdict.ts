import { readFrom } from './from-header';
import type { Mailbox } from './mailbox-parser';
import type { SenderMatcher } from './pattern';
import type { SenderProblem } from './problems';

/** `no` is a well-formed other sender; `reject` is a From that names nobody for certain. Neither is to be read. */
export type SenderVerdict =
    | { verdict: 'match' | 'no'; mailbox: Mailbox; problem?: never }
    | { verdict: 'reject'; mailbox?: never; problem: SenderProblem };

/**
 * Decides whether a mail belongs to a configured sender, from its raw header fields alone. The answers of SEARCH FROM
 * and ENVELOPE are somebody else's parse and must not take this place. An empty matcher answers `no`: whoever means
 * every sender by it has to ask `isEmpty` first.
 */
export function judgeSender(block: Buffer, senders: SenderMatcher): SenderVerdict {
    const from = readFrom(block);
    if (!from.ok) {
        return { verdict: 'reject', problem: from.problem };
    }
    return { verdict: senders.matches(from.mailbox) ? 'match' : 'no', mailbox: from.mailbox };
}
