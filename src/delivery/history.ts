import type { OpenFolder } from '../imap/open-folder';
import type { Ledger } from './ledger';
import { startOf } from './ledger-recovery';
import type { StartRule } from './start';

/**
 * Makes sure that the ledger speaks of this folder: begins its history, or begins it anew after the server changed
 * UIDVALIDITY, when every mail has a new number and fingerprints and the start date tell what is new.
 *
 * @param notice hears what the user should know.
 * @returns true when the history began anew, so that UIDs known so far mean nothing any more.
 */
export async function ensureHistory(
    ledger: Ledger,
    folder: OpenFolder,
    rule: StartRule,
    notice: (text: string) => void
): Promise<boolean> {
    if (!ledger.started) {
        ledger.start(folder.uidValidity, await startOf(folder, rule, ledger, new Date()));
        await ledger.save();
        return false;
    }
    if (ledger.uidValidity === folder.uidValidity) {
        return false;
    }
    notice(`the server renewed the folder "${folder.path}"; mail is recognised by its fingerprints`);
    ledger.start(folder.uidValidity, { watermark: 0, since: ledger.since, sinceBelowUid: folder.uidNext });
    await ledger.save();
    return true;
}
