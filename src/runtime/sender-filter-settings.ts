import { MailError, MailErrorCode, notConfigured } from '../message/mail-error';
import type { SenderField } from '../sender/from-header';
import type { AuthenticationPolicy } from '../sender/message-authentication';
import { compileSenders, type SenderMatcher } from '../sender/pattern';
import { readChoice, readList, type SavedProperties } from './settings';

export interface SenderFilterSettings {
    senders: SenderMatcher;
    field: SenderField;
    mode: 'allow' | 'deny';
    authentication: AuthenticationPolicy;
    /** In lower case. */
    authservIds: string[];
}

/** RFC 8601 §2.5: an id is a host name or another word without blanks; a comment or a semicolon would end it. */
const AUTHSERV_ID = /^[^\s;()"\\=]{1,253}$/;

/**
 * Reads the properties of filter-sender. Without a pattern there is nothing to decide by, and letting all or nothing
 * through would be a guess; the same is true of a required pass that no server can give.
 *
 * @throws MailError NOT_CONFIGURED, INVALID_PATTERN, INVALID_PROPERTY or ENV_MISSING.
 */
export function readSenderFilterSettings(saved: SavedProperties): SenderFilterSettings {
    const senders = compileSenders(readList(saved, 'senders'));
    if (senders.isEmpty) {
        throw notConfigured('no sender is set', 'Open the node and enter at least one pattern, such as *@example.com.');
    }
    const authservIds = readList(saved, 'authservIds').map(readAuthservId);
    const isNamed = authservIds.length > 0;
    const authentication = readChoice<AuthenticationPolicy | ''>(saved, 'authentication', [
        '',
        'off',
        'prefer',
        'require'
    ]);
    if (authentication === 'require' && !isNamed) {
        throw notConfigured(
            'authentication is required, but no server is named whose word counts, so no mail could ever pass',
            'Open the node and enter the authserv-id of your mail server.'
        );
    }
    return {
        senders,
        field: readChoice<SenderField>(saved, 'field', ['from', 'sender', 'reply-to', 'return-path']),
        mode: readChoice(saved, 'mode', ['allow', 'deny']),
        authentication: authentication || (isNamed ? 'require' : 'prefer'),
        authservIds
    };
}

function readAuthservId(id: string): string {
    if (!AUTHSERV_ID.test(id)) {
        throw new MailError({
            code: MailErrorCode.InvalidProperty,
            kind: 'configuration',
            step: 'configure',
            problem: `property "authservIds" holds "${id}", which is no authserv-id`,
            remedy: 'Write it as it stands behind "Authentication-Results:", up to the semicolon.'
        });
    }
    return id.toLowerCase();
}
