import type { ImapConnection } from './connection';

interface Untagged {
    attributes?: Array<{ value?: unknown } | null>;
}

/** imapflow has no method for this command; it offers `exec` to its own commands, in this form (2.10). */
interface CommandLine {
    exec(
        command: string,
        attributes: Array<{ type: string; value: string }>,
        options: { untagged: Record<string, (answer: Untagged) => Promise<void>> }
    ): Promise<{ next(): void }>;
}

/**
 * Asks which rights the server grants in a folder (RFC 4314 section 3.5), as letters: r read, s keep seen, w flags,
 * i insert, t delete, e expunge, k create, x remove.
 *
 * @returns null when the server has no ACL or does not say; "" when it grants none.
 */
export async function myRights(connection: ImapConnection, path: string): Promise<string | null> {
    if (!connection.client.capabilities.has('ACL')) {
        return null;
    }
    return connection.command('list', async client => {
        let rights: string | null = null;
        const line = client as unknown as CommandLine;
        const answer = await line.exec('MYRIGHTS', [{ type: 'STRING', value: path }], {
            untagged: {
                MYRIGHTS: answer => {
                    const value = answer.attributes?.[1]?.value;
                    rights = typeof value === 'string' ? value.replace(/[^a-z0-9]/g, '').slice(0, 40) : rights;
                    return Promise.resolve();
                }
            }
        });
        answer.next();
        return rights;
    });
}
