import type { FetchMessageObject } from 'imapflow';
import { MailError, MailErrorCode } from '../message/mail-error';
import type { AttachmentMode } from '../message/types';
import { composeMail, type ComposedMail } from './composed-mail';
import { isBusy } from './errors';
import type { OpenFolder } from './open-folder';
import { leavesOf, mergeText, OutlineProblem, readOutline, type OutlinePart } from './outline';
import { readPart } from './part-reader';
import { isTextAtOnce, requestFor, type PartRequest, type PartWants } from './part-request';

/** A mail of which only some parts are fetched. */
export interface PartPlan {
    outline: OutlinePart;
    wants: PartWants;
    request: PartRequest;
}

/** What a node wants of the parts of its mails. */
export interface PartChoice {
    attachments: AttachmentMode;
    /** False when the attachments alone are wanted; true when absent. */
    text?: boolean;
    /** Part numbers of the attachments that are wanted; all when absent. */
    only?: ReadonlySet<string>;
}

/**
 * Decides what to fetch of a mail by its structure. Null when it is all text, so that it is as well fetched whole: one
 * section costs less than its parts with a header each.
 *
 * @throws OutlineProblem when it cannot be decided, so that the mail has to be fetched whole.
 */
export function planParts(row: FetchMessageObject, choice: PartChoice): PartPlan | null {
    const wants = { text: choice.text ?? true, sizes: choice.attachments === 'none' };
    const parts = readOutline(row.bodyStructure, wants.text);
    if (wants.text && leavesOf(parts).every(part => part.isText)) {
        return null;
    }
    const outline = wants.text && isTextAtOnce(parts) ? mergeText(parts) : parts;
    const request = requestFor(outline, row.size ?? 0, wants);
    if (!request) {
        throw new OutlineProblem('it has too many parts');
    }
    return { outline, wants, request };
}

/** What came of a mail: its header and itself without attachments, or why it has to be fetched whole. */
export type PartAnswer = { header: Buffer; mail: ComposedMail } | { problem: string };

/** Fetches mails of one shape with one command. Those that are gone are absent from the result. */
export async function fetchParts(
    folder: OpenFolder,
    mails: ReadonlyArray<{ row: FetchMessageObject; plan: PartPlan }>,
    choice: PartChoice
): Promise<Map<number, PartAnswer>> {
    const found = new Map<number, PartAnswer>();
    const [first] = mails;
    if (!first) {
        return found;
    }
    const { sections, end } = first.plan.request;
    const uids = mails.map(({ row }) => row.uid);
    const answers = await folder.sections(uids, sections, end).catch((error: unknown) => refusalOf(folder, error));
    if (!(answers instanceof Map)) {
        return new Map(uids.map(uid => [uid, answers]));
    }
    for (const { row, plan } of mails) {
        const answer = answers.get(row.uid);
        if (answer) {
            found.set(row.uid, answerOf(folder, row, plan, answer, choice));
        }
    }
    return found;
}

/** Some servers refuse what they need not refuse; the mail whole they give. */
function refusalOf(folder: OpenFolder, error: unknown): { problem: string } {
    const isRefused = error instanceof MailError && error.code === MailErrorCode.ServerRefused && !isBusy(error);
    if (folder.connection.usable && isRefused) {
        return { problem: 'the server refuses to give its parts' };
    }
    throw error;
}

function answerOf(
    folder: OpenFolder,
    row: FetchMessageObject,
    { outline, wants }: PartPlan,
    answer: FetchMessageObject,
    choice: PartChoice
): PartAnswer {
    try {
        const mail = composeMail(row, outline, answer, {
            wants,
            only: choice.only ?? null,
            read: part => readPart(folder, row.uid, part)
        });
        return { header: answer.headers ?? Buffer.alloc(0), mail };
    } catch (error) {
        if (error instanceof OutlineProblem) {
            return { problem: error.message };
        }
        throw error;
    }
}
