import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MailOwner } from './mail-owner';

/** A mail's bytes, or with what the server should know about it beside them. */
export type FillItem = Buffer | { raw: Buffer; flags?: readonly MaildirFlag[]; receivedAt?: Date };

/** Keywords have no letter of their own; set them with `doveadm flags add`. */
export type MaildirFlag = '\\Draft' | '\\Flagged' | '\\Answered' | '\\Seen' | '\\Deleted';

/** The letters of the file name, see the Maildir description: ASCII order is required. */
const FLAG_LETTERS: Record<MaildirFlag, string> = {
    '\\Draft': 'D',
    '\\Flagged': 'F',
    '\\Answered': 'R',
    '\\Seen': 'S',
    '\\Deleted': 'T'
};
/** Mails written without giving other work of the test a turn. */
const SLICE = 250;

/** Writes mails straight into a Maildir; their names make the server number them in the given order. */
export async function fillMaildir(
    maildir: string,
    folder: string,
    mails: Iterable<FillItem>,
    owner: MailOwner | undefined
): Promise<void> {
    const target = createMaildirFolder(maildir, folder, owner);
    const run = randomBytes(4).toString('hex');
    const startSeconds = Math.floor(Date.now() / 1000);
    let index = 0;
    for (const item of mails) {
        const { raw, flags = [], receivedAt = undefined } = Buffer.isBuffer(item) ? { raw: item } : item;
        const letters = flags
            .map(flag => FLAG_LETTERS[flag])
            .sort()
            .join('');
        // Dovecot orders new files by the seconds and then the microseconds of their name
        const micros = String(index % 1_000_000).padStart(6, '0');
        const name = `${startSeconds}.M${micros}P${process.pid}Q${run}.test,S=${raw.length}:2,${letters}`;
        const file = join(target, 'cur', name);
        writeOwned(file, raw, owner);
        if (receivedAt) {
            utimesSync(file, receivedAt, receivedAt);
        }
        if (++index % SLICE === 0) {
            await nextTurn();
        }
    }
}

/** Delivers as Maildir asks for: written in tmp, then renamed into new, so that no reader sees half a mail. */
export function deliverToMaildir(maildir: string, folder: string, mail: Buffer, owner: MailOwner | undefined): void {
    const target = createMaildirFolder(maildir, folder, owner);
    const [seconds, micros] = (Date.now() / 1000 + performance.now() / 1e9).toFixed(6).split('.');
    const name = `${seconds}.M${micros}P${process.pid}Q${randomBytes(6).toString('hex')}.test`;
    writeOwned(join(target, 'tmp', name), mail, owner);
    renameSync(join(target, 'tmp', name), join(target, 'new', name));
}

/** For storages whose files only the server can write: a Maildir on the side, read in by `doveadm import`. */
export async function fillThroughImport(
    source: string,
    folder: string,
    mails: Iterable<FillItem>,
    owner: MailOwner | undefined,
    runImport: (sourceFolder: string) => Promise<unknown>
): Promise<void> {
    try {
        await fillMaildir(source, folder, mails, owner);
        // doveadm reads the source with Maildir's own separator, whatever the destination uses
        await runImport(folder.replaceAll('/', '.'));
    } finally {
        rmSync(source, { recursive: true, force: true });
    }
}

/** Maildir++: a folder is a directory beside cur, new and tmp, its name beginning with a dot, levels joined by dots. */
function createMaildirFolder(maildir: string, folder: string, owner: MailOwner | undefined): string {
    const target = folder.toUpperCase() === 'INBOX' ? maildir : join(maildir, `.${folder.replaceAll('/', '.')}`);
    for (const part of ['cur', 'new', 'tmp']) {
        makeOwned(join(target, part), owner);
    }
    return target;
}

function makeOwned(folder: string, owner: MailOwner | undefined): void {
    if (!existsSync(folder)) {
        makeOwned(dirname(folder), owner);
        mkdirSync(folder, { mode: 0o700 });
        if (owner) {
            chownSync(folder, owner.uid, owner.gid);
        }
    }
}

function writeOwned(file: string, content: Buffer, owner: MailOwner | undefined): void {
    writeFileSync(file, content, { mode: 0o600 });
    if (owner) {
        chownSync(file, owner.uid, owner.gid);
    }
}
