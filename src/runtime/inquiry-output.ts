import type { NodeMessage } from 'node-red';
import type { Inquiry } from '../inquiry/types';

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
    const whole = msg as Message;
    const lean = Object.entries(whole).filter(([name]) => !WHOLE_MAIL.includes(name));
    const earlier = whole['parts'];
    const id = newId();
    return inquiries.map((inquiry, index) => {
        const parts: Parts = { id, index, count: inquiries.length, type: 'array', len: 1 };
        if (earlier !== undefined) {
            parts.parts = earlier;
        }
        const base = inquiries.length === 1 ? whole : Object.fromEntries(lean);
        return Object.assign(base, { payload: inquiry, parts }) as unknown as NodeMessage;
    });
}

/** One message with all inquiries of the mail. */
export function listOfInquiries(msg: NodeMessage, inquiries: readonly Inquiry[]): NodeMessage {
    return Object.assign(msg, { payload: [...inquiries] });
}
