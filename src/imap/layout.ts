import type { FetchMessageObject } from 'imapflow';
import { leavesOf, OutlineProblem, type OutlinePart } from './outline';

const CRLF_BYTES = 2;
const DASHES_BYTES = 2;

/** How much of the end of a message is compared with the end of the mail that it stands in. */
const COMPARED_BYTES = 128;

/** What a look at a mail's lengths says beside that they fit. */
export interface Layout {
    /** So many bytes at the end of a message that is the last part belong to the delimiter behind it. */
    messageExcess: number;
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
        return { messageExcess: 0 };
    }
    const messageExcess = excessOf(outline, answer);
    const rest = slack + messageExcess - preambleBytes(outline, answer);
    check(rest >= 0 && rest < shortestDelimiter(outline));
    return { messageExcess };
}

function check(fits: boolean): void {
    if (!fits) {
        throw new OutlineProblem('its parts are not as large as the server says');
    }
}

/**
 * Dovecot may count the line end behind a message that is a part to it and to the delimiter behind it, and so say two
 * bytes too many. Which of the two it is shows only where the mail ends with that message.
 */
function excessOf(outline: OutlinePart, answer: FetchMessageObject): number {
    const messages = leavesOf(outline).filter(part => part.isMessage);
    const [message] = messages;
    if (!message) {
        return 0;
    }
    const end = answer.source?.toString('latin1') ?? '';
    const before = end.slice(0, Math.max(0, end.lastIndexOf(`\r\n--${outline.boundary}--`)));
    const tail = answer.bodyParts?.get(message.number)?.toString('latin1') ?? '';
    const compared = tail.slice(-Math.min(COMPARED_BYTES, before.length));
    const isExact = before.endsWith(compared);
    const isTooLong = compared.endsWith('\r\n') && before.endsWith(compared.slice(0, -CRLF_BYTES));
    if (messages.length > 1 || message !== outline.children.at(-1) || isExact === isTooLong) {
        throw new OutlineProblem('the end of a message in it cannot be told');
    }
    return isTooLong ? CRLF_BYTES : 0;
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
        const content = part.isMerged ? answer.bodyParts?.get(part.number)?.length : part.octets;
        return fields + (content ?? 0);
    }
    const delimiter = DASHES_BYTES + part.boundary.length;
    const children = part.children.map(child => {
        // a part without content may end with the empty line of its header
        const isEmpty = child.boundary === '' && !child.isMerged && child.octets === 0;
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
