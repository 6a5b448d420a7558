import type { ImapAccount } from '../account/imap-account';
import type { Right } from '../account/rights';
import { changeFlags, checkValidity, deleteMail, moveMail, parseFlag } from '../imap/actions';
import { intoFolder } from '../imap/folders';
import { MailError, MailErrorCode } from '../message/mail-error';
import type { MailRef } from '../message/types';

export const AFTER_KINDS = ['none', 'seen', 'unseen', 'keyword', 'move', 'trash', 'delete'] as const;
export type AfterKind = (typeof AFTER_KINDS)[number];

/** What happens to a mail on the server when the flow has finished with it. */
export interface AfterAction {
    kind: AfterKind;
    /** Keyword or folder; empty for the others. */
    value: string;
}

const RIGHT_FOR: Record<AfterKind, Right> = {
    none: 'read',
    seen: 'flag',
    unseen: 'flag',
    keyword: 'flag',
    move: 'move',
    trash: 'move',
    delete: 'delete'
};

/**
 * Checks an action when the node starts, so that a mistake is not found at the first mail.
 *
 * @throws MailError INVALID_PROPERTY or RIGHT_MISSING.
 */
export function checkAfterAction(action: AfterAction, property: string, account: ImapAccount): void {
    account.require(RIGHT_FOR[action.kind]);
    if (action.kind === 'keyword') {
        parseFlag(action.value);
    }
    if (action.kind === 'move' && action.value === '') {
        throw new MailError({
            code: MailErrorCode.InvalidProperty,
            kind: 'configuration',
            step: 'configure',
            account: account.label,
            problem: `"${property}" moves mail but names no folder`,
            remedy: 'Name the folder in the node.'
        });
    }
}

/** Performs the action and confirms it. Rejects with MailError; does nothing for `none`. */
export async function runAfterAction(account: ImapAccount, ref: MailRef, action: AfterAction): Promise<void> {
    if (action.kind === 'none') {
        return;
    }
    // looked up before the folder is selected: both use the same line, one after the other
    const target = action.kind === 'trash' ? await account.specialFolder('trash') : action.value;
    await account.act(RIGHT_FOR[action.kind], ref.folder, async folder => {
        checkValidity(folder, ref);
        switch (action.kind) {
            case 'none':
                return;
            case 'seen':
                await changeFlags(folder, ref.uid, { add: ['\\Seen'], remove: [] });
                return;
            case 'unseen':
                await changeFlags(folder, ref.uid, { add: [], remove: ['\\Seen'] });
                return;
            case 'keyword':
                await changeFlags(folder, ref.uid, { add: [parseFlag(action.value)], remove: [] });
                return;
            case 'move':
            case 'trash':
                await intoFolder(folder.connection, target, false, () => moveMail(folder, ref.uid, target));
                return;
            case 'delete':
                await deleteMail(folder, ref.uid);
        }
    });
}
