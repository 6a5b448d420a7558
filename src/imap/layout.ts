import type { FetchMessageObject } from 'imapflow';
import { leavesOf, OutlineProblem, type OutlinePart } from './outline';

const CRLF_BYTES = 2;
const DASHES_BYTES = 2;

/** What the lengths of a mail's parts say beside that they fit. */
export interface Layout {
    /** So many bytes at the end of each message that is a part belong to the delimiter behind it. */
    embeddedExcess: number;
}

/**
 * Checks that header, delimiters and parts are together as long as the mail, and that what is left beside the preamble
 * has no room for one more delimiter: then the parser finds in the mail the parts that the server names, and no others.
 *
 * @throws OutlineProblem when they do not add up, or something is missing.
 */
export function checkLayout(row: FetchMessageObject, outline: OutlinePart, answer: FetchMessageObject): Layout {
    const slack = (row.size ?? 0) - bytesOf(outline, answer);
    if (outline.boundary === '') {
        check(slack === 0);
        return { embeddedExcess: 0 };
    }
    const rest = slack - preambleBytes(outline, answer);
    const embedded = leavesOf(outline).filter(part => part.isMessage).length;
    if (embedded === 0) {
        check(rest >= 0 && rest < shortestDelimiter(outline));
        return { embeddedExcess: 0 };
    }
    // Dovecot may count the line end behind a message that is a part to it and to the delimiter behind it
    const excess = epilogueBytes(outline, answer) - rest;
    check(excess === 0 || excess === embedded * CRLF_BYTES);
    return { embeddedExcess: excess === 0 ? 0 : CRLF_BYTES };
}

function check(fits: boolean): void {
    if (!fits) {
        throw new OutlineProblem('its parts are not as large as the server says');
    }
}

/** The header fields of a part, or of the mail itself. */
export function fieldsOf(part: OutlinePart, answer: FetchMessageObject): Buffer {
    const fields = part.number === '' ? answer.headers : answer.bodyParts?.get(`${part.number}.mime`);
    if (!fields) {
        throw new OutlineProblem('the server left out the header of a part');
    }
    return fields;
}

/** Length on the server; a line end that may be missing is not counted. */
function bytesOf(part: OutlinePart, answer: FetchMessageObject): number {
    const fields = fieldsOf(part, answer).length;
    if (part.boundary === '') {
        return fields + part.octets;
    }
    const delimiter = DASHES_BYTES + part.boundary.length;
    const children = part.children.map(child => {
        // a part without content may end with the empty line of its header
        const isEmpty = child.boundary === '' && child.octets === 0;
        return delimiter + CRLF_BYTES + bytesOf(child, answer) + (isEmpty ? 0 : CRLF_BYTES);
    });
    return children.reduce((sum, bytes) => sum + bytes, fields + delimiter + DASHES_BYTES);
}

function shortestDelimiter(part: OutlinePart): number {
    const own = part.boundary === '' ? Infinity : DASHES_BYTES + part.boundary.length;
    return Math.min(own, ...part.children.map(shortestDelimiter));
}

function preambleBytes({ boundary }: OutlinePart, answer: FetchMessageObject): number {
    const start = answer.bodyParts?.get('text')?.toString('latin1') ?? '';
    const delimiter = `--${boundary}`;
    const at = start.startsWith(delimiter) ? 0 : start.indexOf(`\n${delimiter}`) + 1;
    if (!start.startsWith(`${delimiter}\r\n`, at)) {
        throw new OutlineProblem('its first part does not begin where the server says');
    }
    return at;
}

function epilogueBytes({ boundary }: OutlinePart, answer: FetchMessageObject): number {
    const end = answer.source?.toString('latin1') ?? '';
    const last = `\r\n--${boundary}--`;
    const at = end.lastIndexOf(last);
    if (at < 0) {
        throw new OutlineProblem('its last part does not end where the server says');
    }
    return end.length - at - last.length;
}
