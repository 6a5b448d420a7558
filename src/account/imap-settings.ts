import { readList, readText, readWholeNumber, type SavedProperties } from '../runtime/settings';
import type { SpecialFolders, SpecialUse } from '../imap/connection';
import type { ImapAccountSettings } from './imap-account';
import { parseRights } from './rights';
import { parseAddress } from '../sender/mailbox-parser';
import { readServerSettings, type SignInFinder, type TlsConfigNode } from './server-settings';

const PORTS = { tls: 993, starttls: 143, none: 143 } as const;
const SPECIAL_USES: readonly SpecialUse[] = ['sent', 'trash', 'drafts', 'junk', 'archive'];
/** No provider is known to allow more. */
const MAX_CONNECTIONS = 50;

/** Reads a saved imap-account. Throws MailError as readServerSettings does, and for a right that does not exist. */
export function readImapSettings(
    saved: SavedProperties,
    credentials: SavedProperties,
    tlsNode: TlsConfigNode | null,
    signIn?: SignInFinder
): ImapAccountSettings {
    const folders: SpecialFolders = {};
    for (const use of SPECIAL_USES) {
        const path = readText(saved, use);
        if (path !== '') {
            folders[use] = path;
        }
    }
    const server = readServerSettings(saved, credentials, PORTS, tlsNode, signIn);
    const addresses = [readText(saved, 'address'), server.login?.user ?? ''];
    return {
        server: { ...server, folders },
        addresses: addresses.filter(address => parseAddress(address).ok),
        rights: parseRights(saved['rights'] === undefined ? undefined : readList(saved, 'rights')),
        connections: readWholeNumber(saved, 'connections', { fallback: 5, min: 1, max: MAX_CONNECTIONS })
    };
}
