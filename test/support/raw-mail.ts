import type { MailMeta } from '../../src/message/types';

/** A mail line by line, with CRLF and one byte per character, so that a test can write any byte. */
export function rawMail(...lines: readonly string[]): Buffer {
    return Buffer.from(lines.join('\r\n'), 'latin1');
}

/** A multipart mail; each part is given as its header lines and its body. */
export function multipart(type: string, ...parts: readonly string[][]): Buffer {
    const body = parts.flatMap(part => ['--limit', ...part]);
    return rawMail(
        'From: Ben Buyer <ben@example.com>',
        `Content-Type: multipart/${type}; boundary=limit`,
        '',
        ...body,
        '--limit--',
        ''
    );
}

/** What a server would say about a mail that a test made up. */
export function mailMeta(given: Partial<MailMeta> = {}): MailMeta {
    return {
        ref: { account: 'account-1', folder: 'INBOX', uidValidity: '1699', uid: 4711 },
        size: 2048,
        flags: ['\\Flagged'],
        receivedAt: new Date('2026-11-23T08:30:00Z'),
        labels: [],
        threadId: '',
        emailId: '',
        delivery: { id: 'delivery-1', attempt: 1 },
        ...given
    };
}
