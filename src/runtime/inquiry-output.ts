import type { NodeMessage } from 'node-red';
import type { Inquiry, NotRecognised } from '../inquiry/types';

/** What core's join node needs to gather the messages again; an earlier sequence is kept below it. */
interface Parts {
    id: string;
    index: number;
    count: number;
    type: 'array';
    len: 1;
    parts?: unknown;
}

/** What holds the bodies and attachments of a mail. */
const WHOLE_MAIL: readonly string[] = ['html', 'original', 'attachments'];

type Message = NodeMessage & Record<string, unknown>;

/**
 * One message for each inquiry. With several, the mail's own bodies and attachments stay out: each message would carry
 * all of them, and a digest of 200 with a large attachment would fill the memory.
 *
 * @param newId makes the id of the sequence.
 */
export function eachInquiry(msg: NodeMessage, inquiries: readonly Inquiry[], newId: () => string): NodeMessage[] {
    const own = inquiries.map(inquiry => ({ payload: inquiry }));
    return inSequence(inquiries.length === 1 ? msg : withoutWholeMail(msg), own, newId);
}

/** One message for each inquiry that lacks something, for a mail of which others go on as inquiries. */
export function eachIncomplete(
    msg: NodeMessage,
    problems: readonly NotRecognised[],
    newId: () => string
): NodeMessage[] {
    const own = problems.map(problem => ({ inquiry: problem }));
    return inSequence(withoutWholeMail(msg), own, newId);
}

/** One message with all inquiries of the mail. */
export function listOfInquiries(msg: NodeMessage, inquiries: readonly Inquiry[]): NodeMessage {
    return Object.assign(msg, { payload: [...inquiries] });
}

/** A message for each of `own`, numbered; the first is `base` itself. */
function inSequence(base: NodeMessage, own: readonly object[], newId: () => string): NodeMessage[] {
    const earlier = (base as Message)['parts'];
    const id = newId();
    return own.map((fields, index) => {
        const parts: Parts = { id, index, count: own.length, type: 'array', len: 1 };
        if (earlier !== undefined) {
            parts.parts = earlier;
        }
        return Object.assign(index === 0 ? base : { ...base }, fields, { parts });
    });
}

function withoutWholeMail(msg: NodeMessage): NodeMessage {
    return Object.fromEntries(Object.entries(msg).filter(([name]) => !WHOLE_MAIL.includes(name))) as NodeMessage;
}
