import { readAuthenticationResults } from '../sender/authentication-results';
import { MICROSOFT_365 } from '../sender/authentication';
import { readDisplayFields, textsOf } from '../message/display-header';
import type { OpenFolder } from './open-folder';

/** A server that has written Authentication-Results into recent mail. */
export interface SeenAuthservId {
    /** As it is to be configured. */
    id: string;
    /** Mails that carry a field of it. */
    mails: number;
    /** Mails of which it wrote the topmost field: the own server's is never below another. */
    topmost: number;
}

export interface SeenAuthservIds {
    /** Mails that were looked at. */
    mails: number;
    ids: SeenAuthservId[];
}

/** Enough to tell the own server from those of senders, and one short command. */
const LATEST_MAILS = 20;

/**
 * Looks which servers have judged the latest mails of a folder. Of each mail, only the Authentication-Results fields
 * leave the server. What is found is a proposal: anybody can write such a field, so a person has to choose.
 */
export async function findAuthservIds(folder: OpenFolder): Promise<SeenAuthservIds> {
    const blocks = await folder.peekLatest(LATEST_MAILS, 'authentication-results');
    const seen = new Map<string, SeenAuthservId>();
    for (const block of blocks) {
        const ids = textsOf(readDisplayFields(block).fields, 'authentication-results').map(idOf);
        for (const id of new Set(ids.filter(Boolean))) {
            const entry = seen.get(id) ?? { id, mails: 0, topmost: 0 };
            seen.set(id, { id, mails: entry.mails + 1, topmost: entry.topmost + Number(ids[0] === id) });
        }
    }
    const ids = [...seen.values()].sort((a, b) => b.topmost - a.topmost || b.mails - a.mails);
    return { mails: blocks.length, ids };
}

/** "" for a field that cannot be read. One that names nobody is how Microsoft 365 writes it. */
function idOf(value: string): string {
    const field = readAuthenticationResults(value);
    return field ? field.id || MICROSOFT_365 : '';
}
