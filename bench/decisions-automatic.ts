import { classify } from '../src/automatic/classify';
import { median } from './measure/statistics';

/** Header blocks as they lie in a reply mailbox: mostly people, and the sorts of machines that are met most. */
const PERSON = {
    'return-path': '<ben@example.com>',
    'delivered-to': 'news@example.org',
    received: ['from a by b', 'from c by a', 'from d by c'],
    'dkim-signature': 'v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=k; bh=x; b=x',
    'mime-version': '1.0',
    references: '<campaign-1@example.org>',
    'in-reply-to': '<campaign-1@example.org>',
    from: 'Ben Buyer <ben@example.com>',
    date: 'Mon, 2 Nov 2026 09:12:44 +0100',
    'message-id': '<a@example.com>',
    subject: 'Re: Our offer',
    to: 'News <news@example.org>',
    'content-type': 'multipart/alternative; boundary="0000"'
};
/** A person, one through a list, an absence note, a bounce and a newsletter. */
export const HEADERS = [
    PERSON,
    { ...PERSON, 'list-id': '<sales.groups.example>', precedence: 'list', 'x-loop': 'sales@groups.example' },
    { ...PERSON, subject: 'Automatic reply: Our offer', 'auto-submitted': 'auto-replied', 'x-autoreply': 'yes' },
    {
        ...PERSON,
        'return-path': '<>',
        from: 'MAILER-DAEMON@mail.example.org (Mail Delivery System)',
        subject: 'Undelivered Mail Returned to Sender',
        'content-type': 'multipart/report; report-type=delivery-status; boundary="0000"'
    },
    { ...PERSON, 'in-reply-to': '', references: '', 'list-unsubscribe': '<https://shop.example/u>', subject: 'Offers' }
];

export interface DecisionFigures {
    /** One for each repetition, the first one (which compiles) left out. */
    decisionsPerSecond: number[];
    median: number;
}

/** How many mails a second are told apart by their headers, on one core and without a server. */
export function benchDecisions({ decisions = 200_000, repetitions = 5 } = {}): DecisionFigures {
    const runs = Array.from({ length: repetitions + 1 }, () => {
        const began = process.hrtime.bigint();
        for (let count = 0; count < decisions; count++) {
            classify({ header: HEADERS[count % HEADERS.length] ?? PERSON });
        }
        return Math.round((decisions * 1e9) / Number(process.hrtime.bigint() - began));
    });
    const decisionsPerSecond = runs.slice(1);
    return { decisionsPerSecond, median: median(decisionsPerSecond) };
}
