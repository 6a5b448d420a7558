import { MailError, MailErrorCode } from '../message/mail-error';

/** What an account's owner allows flows to do, in order of how much harm it can do. */
export const RIGHTS = ['read', 'flag', 'move', 'delete', 'append'] as const;
export type Right = (typeof RIGHTS)[number];

/** @throws MailError INVALID_PROPERTY for a word that is no right; undefined means all of them, and reading is never taken away. */
export function parseRights(words: readonly string[] | undefined): ReadonlySet<Right> {
    if (words === undefined) {
        return new Set(RIGHTS);
    }
    return new Set<Right>([
        'read',
        ...words.map(word => {
            const right = RIGHTS.find(known => known === word);
            if (!right) {
                throw new MailError({
                    code: MailErrorCode.InvalidProperty,
                    kind: 'configuration',
                    step: 'configure',
                    problem: `"${word}" is not one of the rights ${RIGHTS.join(', ')}`
                });
            }
            return right;
        })
    ]);
}

/** @throws MailError RIGHT_MISSING, before anything is sent to the server. */
export function requireRight(rights: ReadonlySet<Right>, right: Right, account: string): void {
    if (!rights.has(right)) {
        throw new MailError({
            code: MailErrorCode.RightMissing,
            kind: 'configuration',
            step: 'configure',
            account,
            problem: `this account does not allow flows to ${right === 'flag' ? 'change flags' : `${right} mail`}`,
            remedy: `Tick "${right}" under rights in the account if it should.`
        });
    }
}
