import { HeaderCollector } from '../message/header-collector';
import { MailError, MailErrorCode } from '../message/mail-error';
import { holdsHeader, ReportParts } from '../message/report-parts';
import type { MailReport } from '../message/types';
import type { AutomaticInput } from './facts';
import type { UncheckedHeader } from './header-values';

/** A message as a flow hands it over: any node before may have written anything into it. */
interface UncheckedMessage {
    header?: unknown;
    payload?: unknown;
    attachments?: unknown;
    mail?: { report?: unknown };
}

/**
 * Takes out of a message what tells who wrote the mail. Reads no file and changes nothing.
 *
 * @throws MailError NO_MAIL_REFERENCE when the message has no header: without it everything would be human.
 */
export function readAutomaticInput(message: object): AutomaticInput {
    const { header, payload, attachments, mail } = message as UncheckedMessage;
    if (typeof header !== 'object' || header === null || Array.isArray(header)) {
        throw new MailError({
            code: MailErrorCode.NoMailReference,
            kind: 'permanent',
            step: 'parse',
            problem: 'the message has no msg.header, so nothing tells who wrote the mail',
            remedy: 'Use it behind imap-in, and keep msg.header in functions on the way.'
        });
    }
    const parts = (Array.isArray(attachments) ? attachments : []).flatMap(readPart);
    return {
        header: header as UncheckedHeader,
        text: typeof payload === 'string' ? payload : '',
        attachmentTypes: parts.map(part => part.contentType),
        report: readReport(mail?.report) ?? reportIn(parts)
    };
}

interface Part {
    contentType: string;
    content: Buffer | null;
}

function readPart(attachment: unknown): Part[] {
    const { contentType, content } = (attachment ?? {}) as { contentType?: unknown; content?: unknown };
    return typeof contentType === 'string' ? [{ contentType, content: Buffer.isBuffer(content) ? content : null }] : [];
}

function readReport(report: unknown): MailReport | null {
    const { parts, originalMessageId } = (report ?? {}) as Partial<Record<keyof MailReport, unknown>>;
    if (!Array.isArray(parts)) {
        return null;
    }
    const texts = parts.filter(
        (part): part is MailReport['parts'][number] =>
            typeof (part as { contentType?: unknown } | null)?.contentType === 'string' &&
            typeof (part as { text?: unknown }).text === 'string'
    );
    return { parts: texts, originalMessageId: typeof originalMessageId === 'string' ? originalMessageId : '' };
}

/** For messages that come from elsewhere with the parts of a report among their attachments. */
function reportIn(parts: readonly Part[]): MailReport | null {
    const report = new ReportParts();
    for (const { contentType, content } of parts) {
        if (content) {
            if (holdsHeader(contentType)) {
                const header = new HeaderCollector();
                header.push(content);
                report.see(header);
            }
            const collected = report.collect(contentType);
            collected?.push(content);
            collected?.end();
        }
    }
    return report.result();
}
