import { readDisplayFields, textsOf } from './display-header';
import type { HeaderCollector } from './header-collector';
import { rawText } from './header-text';
import { readMessageId } from './message-ids';
import type { MailReport } from './types';

/** Enough for the recipients that are listed of one report; `msg.mail` is cloned at every wire. */
const MAX_REPORT_BYTES = 32 * 1024;
/** METHOD stands among the first lines (RFC 5546 §1.4); the rest of an invitation is of no interest here. */
const MAX_CALENDAR_BYTES = 1024;
const MAX_REPORTS = 5;

/** Parts that machines write for machines, and how much of them is kept. */
const REPORT_BYTES: Readonly<Record<string, number>> = {
    'message/delivery-status': MAX_REPORT_BYTES,
    'message/global-delivery-status': MAX_REPORT_BYTES,
    'message/disposition-notification': MAX_REPORT_BYTES,
    'message/global-disposition-notification': MAX_REPORT_BYTES,
    'message/feedback-report': MAX_REPORT_BYTES,
    'text/calendar': MAX_CALENDAR_BYTES
};
/** Parts that hold the mail a report is about, or its header. */
const ORIGINAL_HEADERS = ['text/rfc822-headers', 'message/global-headers'];
const ORIGINALS = ['message/rfc822', 'message/global', ...ORIGINAL_HEADERS];

/** Whether a part of this type is read for `msg.mail.report`, in the modes too that keep no attachments. */
export function isReportPart(contentType: string): boolean {
    return Object.hasOwn(REPORT_BYTES, contentType.toLowerCase());
}

/** Whether a report needs the content of a part of this type: a report, or the header of the mail it is about. */
export function belongsToReport(contentType: string): boolean {
    return isReportPart(contentType) || ORIGINAL_HEADERS.includes(contentType.toLowerCase());
}

/** Whether a part of this type begins with the header of a mail. */
export function holdsHeader(contentType: string): boolean {
    return ORIGINALS.includes(contentType.toLowerCase());
}

/**
 * Keeps the parts of delivery reports, receipts, complaints and calendar answers, whichever way attachments go: what a
 * bounce says is a few hundred bytes, and no flow should have to hold all attachments in memory for it.
 */
export class ReportParts {
    readonly #parts: MailReport['parts'] = [];
    #originalMessageId = '';

    /** Returns what takes the chunks of a part's content, and whose `end` files it; null when the part is none. */
    collect(contentType: string): { push: (chunk: Buffer) => void; end: () => void } | null {
        const type = contentType.toLowerCase();
        const limit = isReportPart(type) ? (REPORT_BYTES[type] as number) : 0;
        if (limit === 0 || this.#parts.length === MAX_REPORTS) {
            return null;
        }
        const chunks: Buffer[] = [];
        let room = limit;
        return {
            push: chunk => {
                if (room > 0) {
                    chunks.push(chunk.subarray(0, room));
                    room -= chunk.length;
                }
            },
            end: () => void this.#parts.push({ contentType: type, text: rawText(Buffer.concat(chunks)) })
        };
    }

    /** Looks at the header in a part that holds one; the first that is that of an original mail names it. */
    see(header: HeaderCollector): void {
        if (this.#originalMessageId === '') {
            const { fields } = readDisplayFields(header.block());
            this.#originalMessageId = readMessageId(textsOf(fields, 'message-id'));
        }
    }

    /** null for a mail that is no report: what is attached to it is nobody's original. */
    result(): MailReport | null {
        return this.#parts.length > 0 ? { parts: this.#parts, originalMessageId: this.#originalMessageId } : null;
    }
}
