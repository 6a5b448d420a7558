import type { FetchedMail } from '../imap/content';
import { isBusy } from '../imap/errors';
import type { OpenFolder } from '../imap/open-folder';
import type { MailError } from '../message/mail-error';
import type { MailMessage } from '../message/types';
import type { SenderMatcher } from '../sender/pattern';
import { judgeSender } from '../sender/verdict';
import { discard, type MailReader } from './mail-reader';

/** What became of a fetched mail: a message, why it is none of ours after all, or why it could not be read. */
export interface Reading {
    mail: FetchedMail;
    message?: MailMessage;
    refusal?: string;
    failure?: MailError;
}

/**
 * Reads mails one after the other. Rejects when the connection is lost or the server is busy.
 *
 * @param attempts the number of the try, by UID.
 */
export async function* readAll(
    folder: OpenFolder,
    reader: MailReader,
    senders: SenderMatcher,
    mails: AsyncIterable<FetchedMail[]>,
    attempts: (uid: number) => number
): AsyncGenerator<Reading> {
    for await (const group of mails) {
        let taken = 0;
        try {
            for (const mail of group) {
                taken++;
                yield await readOne(folder, reader, senders, mail, attempts(mail.uid));
            }
        } finally {
            group.slice(taken).forEach(discard);
        }
    }
}

async function readOne(
    folder: OpenFolder,
    reader: MailReader,
    senders: SenderMatcher,
    mail: FetchedMail,
    attempt: number
): Promise<Reading> {
    const refusal = refusalOf(mail, senders);
    if (refusal !== undefined) {
        discard(mail);
        return { mail, refusal };
    }
    try {
        return { mail, message: await reader.read(folder, mail, attempt) };
    } catch (error) {
        discard(mail);
        const failure = folder.connection.error(error, 'fetch');
        if (!folder.connection.usable || isBusy(failure)) {
            throw failure;
        }
        return { mail, failure };
    }
}

/** Reads mails before their turn, each when the step before is over; a disk that is slow for once is no time lost then. */
export function* readAhead(
    folder: OpenFolder,
    reader: MailReader,
    mails: Iterable<FetchedMail>
): Generator<Promise<void>> {
    for (const mail of mails) {
        if (reader.canReadAhead(mail)) {
            yield reader.readAhead(folder, mail);
        }
    }
}

/** Judges the sender once more on the complete header: what came as HEADER.FIELDS was the server's reading. */
function refusalOf(mail: FetchedMail, senders: SenderMatcher): string | undefined {
    const judged = senders.isEmpty ? null : judgeSender(mail.header, senders);
    if (judged === null || judged.verdict === 'match') {
        return undefined;
    }
    return judged.verdict === 'reject' ? judged.problem : 'the complete header names another sender';
}
