import assert from 'node:assert/strict';
import { hasEmptySender, whyNotAnswer, whyNotForward } from '../../../src/compose/answerable';
import type { MailParts } from '../../support/mail-builder';
import { original } from '../../support/originals';

const REPORT = { 'Content-Type': 'multipart/report; report-type=delivery-status; boundary=x' };

describe('whether a mail may be answered by a machine', () => {
    const unanswered: ReadonlyArray<[string, MailParts]> = [
        ['a delivery report', { headers: REPORT }],
        ['an empty return path', { headers: { 'Return-Path': '< >' } }],
        ['an automatic answer', { headers: { 'Auto-Submitted': 'Auto-Replied (vacation)' } }],
        ['one of two Auto-Submitted', { headers: { 'Auto-Submitted': ['no', 'auto-generated; owner-email=x'] } }],
        ['a responder of its own kind', { headers: { 'X-Autoreply': 'yes' } }],
        ['a rule of Exchange', { headers: { 'X-MS-Exchange-Inbox-Rules-Loop': 'a@example.com' } }],
        ['junk', { headers: { Precedence: ' Junk' } }],
        ['auto_reply', { headers: { Precedence: 'auto_reply' } }],
        ['a list, although it answers', { headers: { 'List-Post': '<mailto:l@example.com>' }, inReplyTo: '<a@x>' }],
        ['All', { headers: { 'X-Auto-Response-Suppress': 'All' } }],
        ['AutoReply in the middle of a list', { headers: { 'X-Auto-Response-Suppress': 'DR, AutoReply, NRN' } }],
        ['the postmaster', { from: 'Postmaster@example.com' }],
        ['noreply', { from: 'Shop <noreply-4711@example.com>' }],
        ['do-not-reply', { from: 'do_not_reply@example.com' }],
        ['a daemon with another Reply-To', { from: 'mailer-daemon@example.com', replyTo: 'ben@example.com' }],
        ['noreply in Reply-To', { replyTo: 'noreply@example.com' }],
        ['the owner of a list', { from: 'team-request@example.com' }]
    ];
    for (const [what, parts] of unanswered) {
        it(`not: ${what}`, async () => assert.notEqual(whyNotAnswer(await original(parts)), ''));
    }

    const answered: ReadonlyArray<[string, MailParts]> = [
        ['an ordinary mail', {}],
        ['Auto-Submitted: no', { headers: { 'Auto-Submitted': 'No (written by hand)' } }],
        ['Auto-Submitted: no; x', { headers: { 'Auto-Submitted': 'no;x' } }],
        ['an empty Auto-Submitted', { headers: { 'Auto-Submitted': '' } }],
        ['X-Autoreply: no', { headers: { 'X-Autoreply': 'no' } }],
        ['a suppression of receipts alone', { headers: { 'X-Auto-Response-Suppress': 'DR, RN, NRN' } }],
        ['first-class mail', { headers: { Precedence: 'first-class' } }],
        ['a marketplace that names its customer', { from: 'noreply@example.com', replyTo: 'ben@example.net' }],
        ['an author whose name begins so', { from: 'norbert@example.com' }],
        ['a subject that says it', { subject: 'Auto-Submitted: auto-replied' }]
    ];
    for (const [what, parts] of answered) {
        it(`yes: ${what}`, async () => assert.equal(whyNotAnswer(await original(parts)), ''));
    }

    it('not when the mail was found to be automatic, of whatever kind', async () => {
        for (const kind of ['bounce', 'auto-reply', 'auto-notice', 'bulk', 'calendar-reply', 'challenge']) {
            assert.match(whyNotAnswer(await original({}, { kind })), new RegExp(kind));
        }
        assert.equal(whyNotAnswer(await original({}, { kind: 'human' })), '');
    });

    it('not when a person wrote through a list: that is another question', async () => {
        const mail = await original({ headers: { 'List-Id': '<l.example.com>' } }, { kind: 'human' });
        assert.notEqual(whyNotAnswer(mail), '');
    });
});

describe('whether a mail may be passed on', () => {
    it('not when it is a report, by its kind or by its header', async () => {
        for (const kind of ['bounce', 'delay', 'delivery-receipt', 'read-receipt', 'complaint']) {
            assert.match(whyNotForward(await original({}, { kind })), new RegExp(kind));
        }
        for (const parts of [
            { headers: REPORT },
            { from: 'mailer-daemon@example.com' },
            { headers: { 'X-Failed-Recipients': 'a@x' } }
        ]) {
            assert.notEqual(whyNotForward(await original(parts)), '');
        }
    });

    it('yes for automatic answers, newsletters and lists', async () => {
        for (const kind of ['auto-reply', 'auto-notice', 'bulk', 'human', 'report']) {
            assert.equal(whyNotForward(await original({ headers: { 'Return-Path': '<>' } }, { kind })), '');
        }
        const list = {
            headers: { 'List-Id': '<l.example.com>', 'Auto-Submitted': 'auto-replied', Precedence: 'bulk' }
        };
        assert.equal(whyNotForward(await original(list)), '');
        assert.equal(whyNotForward(await original({ from: 'noreply@example.com' })), '');
    });

    it('knows an empty sender by the topmost return path', async () => {
        assert.equal(hasEmptySender(await original({ headers: { 'Return-Path': ['<>', '<a@x>'] } })), true);
        assert.equal(hasEmptySender(await original({ headers: { 'Return-Path': ['<a@x>', '<>'] } })), false);
        assert.equal(hasEmptySender(await original()), false);
    });
});
