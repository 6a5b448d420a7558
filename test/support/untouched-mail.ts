import assert from 'node:assert/strict';

const FROM_FIELD = /BODY\.PEEK\[HEADER\.FIELDS \(FROM\)\]/i;

/**
 * Checks a log of IMAP commands: content was fetched of the given mails alone and always with PEEK, and of all others
 * nothing but the From field.
 */
export function assertNothingElseRead(commands: readonly string[], hits: ReadonlySet<number>): void {
    for (const command of commands.filter(line => /\bFETCH\b/.test(line))) {
        const beyondFrom = command.replace(FROM_FIELD, '');
        assert.doesNotMatch(beyondFrom, /BODY\[|RFC822(?!\.SIZE)/, command);
        if (/BODY\.PEEK|BINARY/.test(beyondFrom)) {
            const uids = expand(/^UID FETCH (\S+)/.exec(command)?.[1] ?? '');
            assert.ok(uids.length > 0 && uids.every(uid => hits.has(uid)), `content of another mail: ${command}`);
        }
    }
}

/** The numbers of a UID set without "*". */
function expand(set: string): number[] {
    return set.split(',').flatMap(range => {
        const [first = 0, last = first] = range.split(':').map(Number);
        return Array.from({ length: last - first + 1 }, (_unused, index) => first + index);
    });
}
