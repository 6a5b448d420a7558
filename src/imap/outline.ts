import type { MessageStructureObject } from 'imapflow';
import { belongsToReport } from '../message/report-parts';

/** A part of a mail as BODYSTRUCTURE (RFC 9051 section 7.5.2) describes it. A forwarded message is one part. */
export interface OutlinePart {
    /** IMAP part number; empty for the mail itself. */
    number: string;
    /** Lower case, such as "image/png". */
    type: string;
    /** Transfer encoding in lower case; empty when there is none. */
    encoding: string;
    /** Size with the transfer encoding; of a multipart the sum of its parts. */
    octets: number;
    /** Text that belongs to the body of the mail, as far as the server tells, or what a machine reports in it. */
    isText: boolean;
    /** A message that is a part of this one. */
    isMessage: boolean;
    /** A multipart of text alone that is fetched in one piece, so that its size is known only then. */
    isMerged: boolean;
    /** Of a multipart whose parts are fetched one by one; else empty. */
    boundary: string;
    children: OutlinePart[];
}

/** Deeper or larger mails exist in attacks alone; they are read whole. */
const MAX_DEPTH = 12;
const MAX_PARTS = 60;

const PRINTABLE = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/;

/** What is wrong with a description; the mail is then read whole. */
export class OutlineProblem extends Error {}

/**
 * @param withText false when text is not wanted: reports are then attachments as others are.
 * @throws OutlineProblem when the description is missing, incomplete, or can be read in more than one way.
 */
export function readOutline(structure: MessageStructureObject | undefined, withText: boolean): OutlinePart {
    if (!structure) {
        throw new OutlineProblem('the server does not describe its structure');
    }
    return readPart(structure, [], { parts: 0, withText });
}

/** All parts that are no multipart, in their order. */
export function leavesOf(part: OutlinePart): OutlinePart[] {
    return part.boundary === '' ? [part] : part.children.flatMap(leavesOf);
}

interface Reading {
    parts: number;
    withText: boolean;
}

function readPart(node: MessageStructureObject, open: readonly string[], reading: Reading): OutlinePart {
    if (++reading.parts > MAX_PARTS || open.length > MAX_DEPTH) {
        throw new OutlineProblem('it has too many parts');
    }
    const { part: number = '', type, encoding = '' } = node;
    if (number === '' && open.length > 0) {
        throw new OutlineProblem('the server numbers its parts wrongly');
    }
    if (type.startsWith('multipart/')) {
        const boundary = node.parameters?.['boundary'] ?? '';
        checkBoundary(boundary, open);
        const children = (node.childNodes ?? []).map(child => readPart(child, [...open, boundary], reading));
        if (children.length === 0) {
            throw new OutlineProblem('the server names no parts of it');
        }
        const octets = children.reduce((sum, child) => sum + child.octets, 0);
        const multipart = { isText: false, isMessage: false, isMerged: false, boundary, children };
        return { number, type, encoding: '', octets, ...multipart };
    }
    checkEmbedded(node, open);
    const octets = node.size ?? -1;
    if (!Number.isSafeInteger(octets) || octets < 0) {
        throw new OutlineProblem('the server does not say how large its parts are');
    }
    const isMessage = type === 'message/rfc822';
    const leaf = {
        isText: isText(node) || (reading.withText && belongsToReport(type)),
        isMessage,
        isMerged: false,
        boundary: '',
        children: []
    };
    return { number, type, encoding, octets, ...leaf };
}

/** The same mail with each multipart of text alone, such as text beside HTML, as one part. */
export function mergeText(part: OutlinePart): OutlinePart {
    const isMerged = part.number !== '' && part.boundary !== '' && leavesOf(part).every(leaf => leaf.isText);
    return isMerged
        ? { ...part, isMerged, isText: true, boundary: '', children: [] }
        : { ...part, children: part.children.map(mergeText) };
}

/** As the MIME parser decides: whatever is neither plain text nor HTML, or is not to be shown, is an attachment. */
function isText({ type, disposition = '' }: MessageStructureObject): boolean {
    return (type === 'text/plain' || type === 'text/html') && (disposition === '' || disposition === 'inline');
}

/**
 * One delimiter that begins like another is taken for it by some servers and not by the parser, so that a sender could
 * show one mail to this reader and another one to the next.
 */
function checkBoundary(boundary: string, open: readonly string[]): void {
    if (!PRINTABLE.test(boundary)) {
        throw new OutlineProblem('the server does not say where its parts begin');
    }
    if (open.some(other => other.startsWith(boundary) || boundary.startsWith(other))) {
        throw new OutlineProblem('its delimiters can be mistaken for each other');
    }
}

/** What a forwarded message is delimited by is not parsed here, but it could end the part that it stands in. */
function checkEmbedded(node: MessageStructureObject, open: readonly string[]): void {
    for (const child of node.childNodes ?? []) {
        const boundary = child.parameters?.['boundary'];
        if (child.type.startsWith('multipart/') && boundary !== undefined) {
            checkBoundary(boundary, open);
        }
        checkEmbedded(child, open);
    }
}
