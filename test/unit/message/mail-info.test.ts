import assert from 'node:assert/strict';
import { HeaderCollector, MAX_HEADER_BYTES } from '../../../src/message/header-collector';
import { type MailHead, readHead } from '../../../src/message/mail-info';
import type { MailMeta } from '../../../src/message/types';
import { SenderProblem } from '../../../src/sender/problems';
import { mailMeta, rawMail } from '../../support/raw-mail';

function head(lines: string[], meta: Partial<MailMeta> = {}): MailHead {
    const collector = new HeaderCollector();
    collector.push(rawMail(...lines, '', ''));
    return readHead(collector, mailMeta(meta), false);
}

describe('mail info', () => {
    it('holds what header and server say', () => {
        const { info } = head(
            [
                'Return-Path: <bounce@example.com>',
                'From: =?utf-8?Q?Ben_B=C3=BCyer?= <ben@example.com>',
                'Sender: office@example.com',
                'Reply-To: desk@example.com',
                'To: Anna <anna@example.org>, team@example.org',
                'Cc: <cc@example.org>',
                'Subject: =?iso-8859-1?Q?Gr=FC=DFe?=',
                'Date: Mon, 23 Nov 2026 10:00:00 +0100',
                'Message-ID: <1@example.com>',
                'In-Reply-To: <0@example.com>',
                'References: <a@example.com>',
                ' <0@example.com>'
            ],
            { labels: ['\\Inbox'], threadId: '7', emailId: '8' }
        );
        assert.deepEqual(info, {
            ref: { account: 'account-1', folder: 'INBOX', uidValidity: '1699', uid: 4711 },
            messageId: '<1@example.com>',
            inReplyTo: '<0@example.com>',
            references: ['<a@example.com>', '<0@example.com>'],
            from: { name: 'Ben Büyer', address: 'ben@example.com' },
            sender: { name: '', address: 'office@example.com' },
            replyTo: [{ name: '', address: 'desk@example.com' }],
            to: [
                { name: 'Anna', address: 'anna@example.org' },
                { name: '', address: 'team@example.org' }
            ],
            cc: [{ name: '', address: 'cc@example.org' }],
            returnPath: 'bounce@example.com',
            subject: 'Grüße',
            date: '2026-11-23T09:00:00.000Z',
            receivedAt: '2026-11-23T08:30:00.000Z',
            size: 2048,
            oversize: false,
            flags: ['\\Flagged'],
            labels: ['\\Inbox'],
            threadId: '7',
            emailId: '8',
            delivery: { id: 'delivery-1', attempt: 1 },
            authentication: {},
            automatic: {}
        });
    });

    it('shares nothing with what it was made from', () => {
        const meta = mailMeta();
        const { info } = head([], meta);
        assert.notEqual(info.ref, meta.ref);
        assert.notEqual(info.flags, meta.flags);
        assert.notEqual(info.delivery, meta.delivery);
    });

    it('names no sender when there is none, or more than one', () => {
        const none = head(['Subject: x']);
        assert.equal(none.info.from, null);
        assert.equal(none.info.fromProblem, SenderProblem.FieldMissing);
        const two = head(['From: ben@example.com', 'From: eve@example.net']);
        assert.equal(two.info.from, null);
        assert.equal(two.info.fromProblem, SenderProblem.FieldRepeated);
        const list = head(['From: ben@example.com, eve@example.net']);
        assert.equal(list.info.fromProblem, SenderProblem.List);
    });

    it('names no sender when a second From may stand in what was cut off', () => {
        const { info, problems } = head([
            'From: ben@example.com',
            `X: ${'x'.repeat(MAX_HEADER_BYTES)}`,
            'From: eve@example.net'
        ]);
        assert.equal(info.from, null);
        assert.equal(info.fromProblem, 'The header is longer than 512 KB.');
        assert.deepEqual(problems, ['The header is longer than 512 KB.']);
    });

    it('takes the arrival time when the date cannot be read, and the clock when there is none', () => {
        assert.equal(head(['Date: soon']).date.toISOString(), '2026-11-23T08:30:00.000Z');
        const before = Date.now();
        for (const receivedAt of [null, new Date(NaN)]) {
            const { date, info } = head(['Date: soon'], { receivedAt });
            assert.ok(date.getTime() >= before && date.getTime() <= Date.now());
            assert.equal(info.receivedAt, '');
        }
    });

    it('says what was left out', () => {
        const { problems, info } = head([`To: ${'a@example.com,'.repeat(1100)}`, ...Array<string>(2001).fill('X: y')]);
        assert.equal(info.to.length, 1000);
        assert.deepEqual(problems, [
            'Only the first 2000 header fields were read.',
            'Only the first 1000 addresses of a field were read.'
        ]);
    });

    it('reads nothing out of nothing', () => {
        const { info, problems } = head([]);
        assert.equal(info.subject, '');
        assert.deepEqual(info.references, []);
        assert.deepEqual(problems, ['The mail has no header.']);
    });
});
