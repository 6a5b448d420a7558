import { readSingleMailbox } from '../sender/from-header';
import { readTrace } from '../sender/trace';
import { type AddressList, MAX_ADDRESSES, readAddresses, readReturnPath } from './addresses';
import { type DisplayField, headerObject, MAX_HEADER_FIELDS, readDisplayFields, textsByKey } from './display-header';
import { type HeaderCollector, MAX_HEADER_BYTES } from './header-collector';
import { decodeWords, oneLine } from './header-text';
import { parseMailDate } from './mail-date';
import { readMessageId, readMessageIds } from './message-ids';
import type { Address, MailInfo, MailMessage, MailMeta, TraceEntry } from './types';

/** The From of a header that was not read to its end is unknown: a second one may stand in the rest. */
const HEADER_TOO_LONG = `The header is longer than ${MAX_HEADER_BYTES / 1024} KB.`;

/** What the header and the server say about a mail. */
export interface MailHead {
    info: MailInfo;
    date: Date;
    header: MailMessage['header'];
    /** Why something is missing, in sentences. */
    problems: string[];
}

/** Reads everything that does not need the body. Never throws, whatever the header holds. */
export function readHead(collector: HeaderCollector, meta: MailMeta, oversize: boolean): MailHead {
    const { fields, cut } = readDisplayFields(collector.block(), collector.fields());
    const byKey = textsByKey(fields);
    const texts = (key: string): string[] => byKey.get(key) ?? [];
    const receivedAt = meta.receivedAt && !Number.isNaN(meta.receivedAt.getTime()) ? meta.receivedAt : null;
    const date = parseMailDate(oneLine(texts('date')[0] ?? '')) ?? receivedAt ?? new Date();
    const to = readAddresses(texts('to'));
    const cc = readAddresses(texts('cc'));
    const replyTo = readAddresses(texts('reply-to'));
    const { trace, ...sender } = readSender(collector);
    const info: MailInfo = {
        ref: { ...meta.ref },
        messageId: readMessageId(texts('message-id')),
        inReplyTo: readMessageIds(texts('in-reply-to'))[0] ?? '',
        references: readMessageIds(texts('references')),
        ...sender,
        replyTo: replyTo.addresses,
        to: to.addresses,
        cc: cc.addresses,
        returnPath: readReturnPath(texts('return-path')),
        subject: decodeWords(texts('subject')[0] ?? ''),
        date: date.toISOString(),
        receivedAt: receivedAt?.toISOString() ?? '',
        size: meta.size,
        oversize,
        flags: [...meta.flags],
        labels: [...meta.labels],
        threadId: meta.threadId,
        emailId: meta.emailId,
        delivery: { ...meta.delivery },
        authentication: {},
        automatic: {}
    };
    if (trace.length > 0) {
        info.trace = trace;
    }
    return {
        info,
        date,
        header: headerObject(fields),
        problems: problemsOf(collector, fields, cut, [to, cc, replyTo])
    };
}

/** Strict, unlike everything else here: these fields decide whose mail it is. */
function readSender(
    collector: HeaderCollector
): Pick<MailInfo, 'from' | 'fromProblem' | 'sender'> & { trace: TraceEntry[] } {
    if (collector.isCut) {
        return { from: null, fromProblem: HEADER_TOO_LONG, sender: null, trace: [] };
    }
    const split = collector.fields();
    const from = readSingleMailbox(split, 'from');
    const sender = readSingleMailbox(split, 'sender');
    return {
        from: from.ok ? plain(from.mailbox) : null,
        ...(from.ok ? {} : { fromProblem: from.problem }),
        sender: sender.ok ? plain(sender.mailbox) : null,
        trace: readTrace(split)
    };
}

function plain({ name, address }: Address): Address {
    return { name, address };
}

function problemsOf(
    collector: HeaderCollector,
    fields: readonly DisplayField[],
    cut: boolean,
    lists: readonly AddressList[]
): string[] {
    const problems: string[] = [];
    if (fields.length === 0) {
        problems.push('The mail has no header.');
    }
    if (collector.isCut) {
        problems.push(HEADER_TOO_LONG);
    }
    if (cut) {
        problems.push(`Only the first ${MAX_HEADER_FIELDS} header fields were read.`);
    }
    if (lists.some(list => list.cut)) {
        problems.push(`Only the first ${MAX_ADDRESSES} addresses of a field were read.`);
    }
    return problems;
}
