import type { FetchMessageObject } from 'imapflow';
import type { Readable } from 'node:stream';
import type { DetachedParts } from '../message/detached-part';
import { MailError, MailErrorCode } from '../message/mail-error';
import type { ContentMode } from '../message/types';
import type { OpenFolder } from './open-folder';
import { OutlineProblem } from './outline';
import { fetchParts, planParts, type PartChoice, type PartPlan } from './part-content';

/** How much of a mail the node wants. */
export interface ContentPlan extends PartChoice {
    content: ContentMode;
    /** Larger mails (RFC822.SIZE) are reduced to their header. */
    maxBytes: number;
}

/** A mail as it left the server. A stream must be read or destroyed before the next mail is asked for. */
export interface FetchedMail {
    uid: number;
    row: FetchMessageObject;
    /** Only the header was fetched because of the size. */
    oversize: boolean;
    /** The complete header block. */
    header: Buffer;
    /** The complete message, one without its attachments, or the header block when that is all that was wanted. */
    source: Buffer | Readable;
    /** The attachments that are not in the source. */
    detached?: DetachedParts;
    /** Fetches the complete message, for when the detached parts turn out not to be those of the mail. */
    whole?: () => Promise<Buffer | Readable>;
    /** Why the message was fetched whole although parts of it would have done. */
    detour?: string | undefined;
}

/** Mails up to this size are fetched whole, many with one command; larger ones are streamed. */
const SMALL_BYTES = 256 * 1024;
/** What one such command may bring into memory. */
const BATCH_BYTES = 4 * 1024 * 1024;

type Way = { kind: 'header' } | { kind: 'small' | 'large'; detour?: string } | { kind: 'parts'; plan: PartPlan };
type Group = { way: Way; rows: FetchMessageObject[]; plans: PartPlan[] };

/** Whether the rows must hold the structure of the mails. */
export function needsStructure(plan: Pick<ContentPlan, 'content'>): boolean {
    return plan.content === 'text';
}

/**
 * Fetches the content of mails in ascending order of UID, with as few commands as memory allows. Of mails with
 * attachments only the header and the text leave the server, as far as the node wants no more and the server describes
 * the mail well enough. Mails that are gone are left out. The consumer must not use the folder while it holds an unread
 * stream.
 */
export async function* fetchContent(
    folder: OpenFolder,
    rows: ReadonlyMap<number, FetchMessageObject>,
    plan: ContentPlan
): AsyncGenerator<FetchedMail> {
    const ordered = [...rows.values()].sort((a, b) => a.uid - b.uid);
    for (const group of groupsOf(ordered, plan)) {
        switch (group.way.kind) {
            case 'header':
                yield* fetchHeaders(folder, group.rows, plan);
                break;
            case 'small':
                yield* fetchWhole(folder, group.rows, group.way.detour);
                break;
            case 'large':
                yield* streamEach(folder, group.rows, group.way.detour);
                break;
            case 'parts':
                yield* fetchByParts(folder, group, plan);
        }
    }
}

async function* fetchByParts(
    folder: OpenFolder,
    { rows, plans }: Group,
    plan: ContentPlan
): AsyncGenerator<FetchedMail> {
    const mails = rows.map((row, index) => ({ row, plan: plans[index] as PartPlan }));
    const answers = await fetchParts(folder, mails, plan);
    for (const row of rows) {
        const answer = answers.get(row.uid);
        if (answer && 'problem' in answer) {
            const fetch = isSmall(row) ? fetchWhole : streamEach;
            yield* fetch(folder, [row], answer.problem);
        } else if (answer) {
            const { header, mail } = answer;
            yield { uid: row.uid, row, oversize: false, header, ...mail, whole: () => folder.download(row.uid) };
        }
    }
}

async function* fetchHeaders(
    folder: OpenFolder,
    rows: FetchMessageObject[],
    plan: ContentPlan
): AsyncGenerator<FetchedMail> {
    const headers = await folder.headers(rows.map(row => row.uid));
    for (const row of rows) {
        const header = headers.get(row.uid);
        if (header) {
            yield { uid: row.uid, row, oversize: isOversize(row, plan), header, source: header };
        }
    }
}

async function* fetchWhole(
    folder: OpenFolder,
    rows: FetchMessageObject[],
    detour: string | undefined
): AsyncGenerator<FetchedMail> {
    const sources = await folder.sources(rows.map(row => row.uid));
    for (const row of rows) {
        const source = sources.get(row.uid);
        if (source) {
            yield { uid: row.uid, row, oversize: false, header: headerOf(source), source, detour };
        }
    }
}

async function* streamEach(
    folder: OpenFolder,
    rows: FetchMessageObject[],
    detour: string | undefined
): AsyncGenerator<FetchedMail> {
    for (const row of rows) {
        const header = (await folder.headers([row.uid])).get(row.uid);
        const source = header ? await downloadUnlessGone(folder, row.uid) : null;
        if (header && source) {
            yield { uid: row.uid, row, oversize: false, header, source, detour };
        }
    }
}

/** A mail that is expunged behind its header is left out like the others: an error would stop those that follow. */
async function downloadUnlessGone(folder: OpenFolder, uid: number): Promise<Readable | null> {
    try {
        return await folder.download(uid);
    } catch (error) {
        if (error instanceof MailError && error.code === MailErrorCode.MailGone) {
            return null;
        }
        throw error;
    }
}

/** Neighbours that are fetched the same way share a command, as far as the size allows. */
function* groupsOf(rows: FetchMessageObject[], plan: ContentPlan): Generator<Group> {
    let group: Group | null = null;
    let bytes = 0;
    for (const row of rows) {
        const way = wayFor(row, plan);
        const size = way.kind === 'parts' ? way.plan.request.bytes : way.kind === 'small' ? (row.size ?? 0) : 0;
        if (group && (keyOf(group.way) !== keyOf(way) || bytes + size > BATCH_BYTES)) {
            yield group;
            group = null;
        }
        if (!group) {
            group = { way, rows: [], plans: [] };
            bytes = 0;
        }
        group.rows.push(row);
        group.plans.push(...(way.kind === 'parts' ? [way.plan] : []));
        bytes += size;
    }
    if (group) {
        yield group;
    }
}

function keyOf(way: Way): string {
    return way.kind === 'parts' ? way.plan.request.shape : `${way.kind} ${'detour' in way ? way.detour : ''}`;
}

function wayFor(row: FetchMessageObject, plan: ContentPlan): Way {
    if (plan.content === 'headers' || isOversize(row, plan)) {
        return { kind: 'header' };
    }
    const whole = isSmall(row) ? 'small' : 'large';
    // every byte of a small mail is wanted when its attachments are: one section costs less than many
    const isWanted = plan.attachments !== 'none' && plan.only === undefined;
    if (plan.content === 'full' || (isWanted && whole === 'small')) {
        return { kind: whole };
    }
    try {
        const parts = planParts(row, plan);
        return parts ? { kind: 'parts', plan: parts } : { kind: whole };
    } catch (error) {
        if (error instanceof OutlineProblem) {
            return { kind: whole, detour: error.message };
        }
        throw error;
    }
}

function isSmall(row: FetchMessageObject): boolean {
    return (row.size ?? 0) <= SMALL_BYTES;
}

export function isOversize(row: FetchMessageObject, plan: Pick<ContentPlan, 'maxBytes'>): boolean {
    return (row.size ?? 0) > plan.maxBytes;
}

/** The header block with its empty line; all of it when there is no empty line. */
function headerOf(source: Buffer): Buffer {
    const start = source.subarray(0, 2).toString('latin1');
    if (start === '\r\n' || start.startsWith('\n')) {
        // no header at all (RFC 5322 section 3.5): what follows is body and names no sender
        return source.subarray(0, start.startsWith('\n') ? 1 : 2);
    }
    const crlf = source.indexOf('\r\n\r\n');
    const upToCrlf = crlf < 0 ? source : source.subarray(0, crlf + 4);
    const lf = upToCrlf.indexOf('\n\n');
    return lf < 0 ? upToCrlf : upToCrlf.subarray(0, lf + 2);
}
