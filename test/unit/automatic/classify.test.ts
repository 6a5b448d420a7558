import assert from 'node:assert/strict';
import { classify } from '../../../src/automatic/classify';
import type { AutomaticInput } from '../../../src/automatic/facts';
import { cpuMs } from '../../support/cpu-time';
import { pick, randomText, seeded } from '../../support/random-header';

type Header = Record<string, string | string[]>;

const PERSON: Header = { from: 'Ben <ben@example.com>', subject: 'Our offer', 'return-path': '<ben@example.com>' };

function kindOf(header: Header, more: Omit<AutomaticInput, 'header'> = {}): string {
    const { kind, confidence } = classify({ header: { ...PERSON, ...header }, ...more });
    return `${kind}, ${confidence}`;
}

function signalsOf(header: Header): string[] {
    return classify({ header: { ...PERSON, ...header } }).reasons.map(({ signal }) => signal);
}

describe('the kind of a mail', () => {
    describe('where other systems are mistaken', () => {
        it('Auto-Submitted: no is a person, however it is written', () => {
            for (const value of ['no', 'No', ' NO ', 'no; x', 'no (written by hand)', '(a (b) c) no']) {
                assert.equal(kindOf({ 'auto-submitted': value }), 'human, likely', value);
            }
        });

        it('the name of a field says nothing, nor does its name inside another field', () => {
            assert.equal(kindOf({ 'auto-submitted': '' }), 'human, likely');
            assert.equal(
                kindOf({ 'x-comment': 'Auto-Submitted: auto-replied', subject: 'auto-submitted' }),
                'human, likely'
            );
        });

        it('X-Auto-Response-Suppress says nothing by itself, and is named', () => {
            for (const value of ['All', 'OOF', 'DR, RN, NRN, OOF, AutoReply', 'AutoReply', 'None']) {
                assert.equal(kindOf({ 'x-auto-response-suppress': value }), 'human, likely', value);
            }
            assert.deepEqual(signalsOf({ 'x-auto-response-suppress': 'All' }), ['x-auto-response-suppress']);
        });

        it('what a help desk marks as generated may be written by its staff', () => {
            const desk = {
                'auto-submitted': 'auto-generated',
                'x-auto-response-suppress': 'All',
                'in-reply-to': '<1@x>'
            };
            assert.equal(kindOf(desk), 'auto-notice, likely');
        });

        it('an Outlook absence note says auto-generated, and two marks of Exchange tell it', () => {
            const outlook = { 'auto-submitted': 'auto-generated', 'return-path': '<>' };
            const marks = {
                'x-ms-exchange-inbox-rules-loop': 'karin@contoso.example',
                'x-ms-exchange-generated-message-source': 'Mailbox Rules Agent'
            };
            assert.equal(kindOf({ ...outlook, ...marks }), 'auto-reply, certain');
            assert.equal(kindOf({ 'x-ms-exchange-generated-message-source': 'Journal Agent' }), 'auto-notice, likely');
        });

        it('an empty Return-Path counts wherever the field stands', () => {
            assert.equal(kindOf({ received: ['a', 'b'], 'return-path': '<>' }), 'bounce, likely');
            assert.equal(kindOf({ 'return-path': ['<>', '<ben@example.com>'] }), 'bounce, likely');
            assert.equal(kindOf({ 'return-path': ['<ben@example.com>', '<>'] }), 'human, likely');
            assert.equal(kindOf({ 'return-path': '< MAILER-DAEMON >' }), 'bounce, likely');
        });

        it('an empty From is no bounce', () => {
            assert.equal(kindOf({ from: '' }), 'human, likely');
            assert.equal(kindOf({ from: '<>' }), 'human, likely');
            assert.equal(classify({ header: {} }).kind, 'human');
        });

        it('list fields and X-Loop do not make an answer of a person automatic', () => {
            const list = { 'list-id': '<a.b>', precedence: 'list', 'x-loop': 'x' };
            assert.equal(kindOf({ ...list, 'in-reply-to': '<1@x>' }), 'human, likely');
            assert.equal(kindOf({ ...list, references: '<1@x>' }), 'human, likely');
            assert.equal(kindOf(list), 'bulk, likely');
            assert.deepEqual(signalsOf({ ...list, 'in-reply-to': '<1@x>' }), ['list-id', 'precedence']);
        });
    });

    describe('in the order of decision', () => {
        const report = { 'content-type': 'multipart/report; report-type=delivery-status' };

        it('a report comes before what its header says', () => {
            assert.equal(kindOf({ ...report, 'auto-submitted': 'auto-replied' }), 'bounce, likely');
            assert.equal(
                kindOf({ 'content-type': 'Multipart/Report; REPORT-TYPE="disposition-notification"' }),
                'read-receipt, certain'
            );
        });

        it('a rule of Exchange comes before an empty Return-Path and a daemon', () => {
            const rule = { 'x-ms-exchange-inbox-rules-loop': 'x@y', 'return-path': '<>', subject: 'Undeliverable: x' };
            assert.equal(kindOf(rule), 'auto-reply, certain');
        });

        it('a daemon comes before auto-replied, and two signs of it are certain', () => {
            const daemon = { from: 'MAILER-DAEMON@x.example', 'auto-submitted': 'auto-replied' };
            assert.equal(kindOf(daemon), 'bounce, likely');
            assert.equal(kindOf({ ...daemon, 'x-failed-recipients': 'a@b' }), 'bounce, certain');
            assert.equal(kindOf({ ...daemon, 'auto-submitted': 'auto-generated (warning-timeout)' }), 'delay, certain');
        });

        it('auto-replied is certain; with a challenge in the subject it is one, weakly', () => {
            assert.equal(kindOf({ 'auto-submitted': 'Auto-Replied (vacation)' }), 'auto-reply, certain');
            const challenge = { subject: 'Please confirm your message', 'auto-submitted': 'auto-replied' };
            assert.equal(kindOf(challenge), 'challenge, weak');
            assert.equal(kindOf({ subject: 'Please confirm your message' }), 'human, likely');
        });

        it('an empty Return-Path alone is a bounce, and beside an answer an auto-reply', () => {
            assert.equal(kindOf({ 'return-path': '<>', 'in-reply-to': '<1@x>' }), 'auto-reply, likely');
            assert.equal(kindOf({ 'return-path': '<>', subject: 'Urlaub: Max' }), 'auto-reply, likely');
        });

        it('a subject alone is weak, and likely when the mail answers something', () => {
            assert.equal(kindOf({ subject: 'Automatic reply: x' }), 'auto-reply, weak');
            assert.equal(kindOf({ subject: 'Automatic reply: x', 'in-reply-to': '<1@x>' }), 'auto-reply, likely');
            assert.equal(kindOf({ subject: 'Unzustellbar: x' }), 'bounce, weak');
        });

        it('everyday words need an answer, and words behind Re: or Fwd: a mark', () => {
            assert.equal(kindOf({ subject: 'Urlaub: x' }), 'human, likely');
            assert.equal(kindOf({ subject: 'Urlaub: x', 'in-reply-to': '<1@x>' }), 'auto-reply, weak');
            assert.equal(kindOf({ subject: 'Warning: x', 'in-reply-to': '<1@x>' }), 'human, likely');
            assert.equal(kindOf({ subject: 'Re: Automatic reply: x', 'in-reply-to': '<1@x>' }), 'human, likely');
            const marked = { subject: 'Re: Automatic reply: x', 'auto-submitted': 'auto-generated' };
            assert.equal(kindOf(marked), 'auto-reply, likely');
        });

        it('marks of mass mail alone are weak', () => {
            assert.equal(kindOf({ 'feedback-id': '1:2:3:x' }), 'bulk, weak');
            assert.equal(kindOf({ precedence: 'junk' }), 'bulk, weak');
            assert.equal(kindOf({ 'list-unsubscribe': '<mailto:x@y>' }), 'bulk, likely');
        });

        it('later signs are named too', () => {
            const signals = signalsOf({ 'x-autoreply': 'yes', precedence: 'bulk', 'auto-submitted': 'auto-replied' });
            assert.deepEqual(signals, ['x-autoreply', 'auto-submitted', 'precedence']);
        });
    });

    it('reads a postmaster as a person only where he answers', () => {
        const postmaster = { from: 'postmaster@small.example' };
        assert.equal(kindOf({ ...postmaster, subject: 'Re: x', 'in-reply-to': '<1@x>' }), 'human, likely');
        assert.equal(kindOf({ ...postmaster, subject: 'Undeliverable: x', 'in-reply-to': '<1@x>' }), 'bounce, certain');
        assert.equal(kindOf(postmaster), 'bounce, likely');
    });

    it('takes recipients from the text only when a mail server wrote it', () => {
        const text = 'Final-Recipient: rfc822; a@b.example\r\nAction: delayed\r\n';
        assert.equal(kindOf({}, { text }), 'human, likely');
        assert.equal(kindOf({ from: 'MAILER-DAEMON' }, { text }), 'delay, likely');
    });

    it('shortens what it shows of a value and keeps it on one line', () => {
        const { reasons } = classify({ header: { 'auto-submitted': `auto-replied ${'x\r\n'.repeat(500)}` } });
        assert.ok((reasons[0]?.value.length ?? 999) <= 200);
        assert.doesNotMatch(reasons[0]?.value ?? '\n', /[\r\n]/);
    });

    it('takes whatever a flow puts in the place of a header', () => {
        const header = { subject: 17, from: [null, {}], 'auto-submitted': { toString: null }, 'list-id': [[]] };
        assert.equal(classify({ header: header as never }).automatic, true);
        assert.equal(classify({ header: Object.create(null) as never }).kind, 'human');
    });

    const NAMES = [
        ...['auto-submitted', 'content-type', 'from', 'subject', 'return-path', 'precedence', 'x-autoreply', 'list-id'],
        ...['x-failed-recipients', 'in-reply-to', 'x-ms-exchange-generated-message-source', 'delivered-to']
    ];
    const PIECES = [
        ...['auto-replied', 'no', '(', ')', ';', '<', '>', '"', ' ', '\t', '@', '[', ']', ':', 'multipart/report'],
        ...['report-type=', 'delivery-status', 'MAILER-DAEMON', 'Automatic reply', 'Re: ', '\\', ',', '=?utf-8?q?']
    ];

    it('never throws, whatever the fields hold, and always gives plain JSON', () => {
        const random = seeded(3834);
        for (let round = 0; round < 4000; round++) {
            const header: Header = {};
            for (let fields = Math.floor(random() * 6); fields >= 0; fields--) {
                const texts = [randomText(random, PIECES, 12), randomText(random, PIECES, 12)];
                header[pick(random, NAMES)] = random() < 0.3 ? texts : (texts[0] as string);
            }
            const verdict = classify({ header, text: randomText(random, ['Action: failed', '\r\n', ' ', '--'], 20) });
            assert.deepEqual(JSON.parse(JSON.stringify(verdict)), verdict);
        }
    });

    it('takes a time that grows with the size and nothing else', () => {
        const classifyAll = (length: number): void => {
            for (const piece of PIECES) {
                const long = piece.repeat(length / piece.length);
                const header = Object.fromEntries(NAMES.map(name => [name, name === 'from' ? 'MAILER-DAEMON' : long]));
                classify({ header, text: `Action: ${long}\r\n${long}` });
                classify({ header: { from: long, subject: [long] }, text: long });
                classify({ header: { 'auto-submitted': Array<string>(length / 100).fill(piece) } });
            }
        };
        const timeFor = (length: number): number => cpuMs(() => classifyAll(length));
        timeFor(10_000);
        const small = timeFor(40_000);
        const large = timeFor(800_000);
        // twenty times the size: a square would be four hundred times the time
        assert.ok(large < 60 * Math.max(small, 10), `${small} ms, then ${large} ms`);
    });
});
