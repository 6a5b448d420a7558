import { parseFlag, type FlagChange } from '../imap/actions';
import { MailError, MailErrorCode } from '../message/mail-error';
import { readList, type SavedProperties } from './settings';

/**
 * Reads the flags that a flag-mail node adds and removes.
 *
 * @throws MailError INVALID_PROPERTY for something that is no flag, for a flag in both lists, and for two empty lists.
 */
export function readFlagChange(saved: SavedProperties): FlagChange {
    const add = readList(saved, 'add').map(parseFlag);
    const remove = readList(saved, 'remove').map(parseFlag);
    const both = add.find(flag => remove.some(other => other.toLowerCase() === flag.toLowerCase()));
    if (both !== undefined || add.length + remove.length === 0) {
        throw new MailError({
            code: MailErrorCode.InvalidProperty,
            kind: 'configuration',
            step: 'configure',
            problem: both !== undefined ? `"${both}" is to be added and removed` : 'there is no flag to add or remove',
            remedy: 'Open the node and correct it.'
        });
    }
    return { add, remove };
}
