import assert from 'node:assert/strict';
import { verdictOf } from '../../support/automatic-mails';
import { automaticMails } from '../../support/automatic-mails';
import { kindOfRecipients, readRecipients } from '../../../src/automatic/delivery-report';
import { readDisposition, readFeedback } from '../../../src/automatic/receipts';
import { readFieldBlocks, withoutType } from '../../../src/automatic/report-fields';

function rawOf(name: string): Buffer {
    const mail = automaticMails().find(candidate => candidate.name === name);
    assert.ok(mail, name);
    return mail.raw;
}

describe('the blocks of a report', () => {
    it('are divided by empty lines, with folded values joined and the first of a repeated field', () => {
        const blocks = readFieldBlocks('A: 1\r\nB: x\r\n  y\r\n\r\n \t\r\nC : 2\r\nC: 3\r\nno field\r\n  lost\r\n');
        assert.deepEqual(
            blocks.map(block => [...block]),
            [
                [
                    ['a', '1'],
                    ['b', 'x y']
                ],
                [['c', '2']]
            ]
        );
    });

    it('are bounded in number', () => {
        assert.equal(readFieldBlocks('A: 1\n\n'.repeat(5000)).length, 201);
    });

    it('have values behind a type', () => {
        assert.equal(withoutType('rfc822; a@b'), 'a@b');
        assert.equal(withoutType('RFC822;a;b@c'), 'a;b@c');
        assert.equal(withoutType('550 full; try later'), '550 full; try later');
        assert.equal(withoutType('a@b'), 'a@b');
    });
});

describe('the recipients of a delivery report', () => {
    it('are read with action, status and diagnostic', () => {
        const text = [
            'Reporting-MTA: dns; x',
            '',
            'Original-Recipient: rfc822; one@example.com',
            'Action: FAILED (expired)',
            'Status: 5.1.1 (unknown)',
            'Diagnostic-Code: smtp; 550 5.1.1',
            ' no such user',
            '',
            'Final-Recipient: <two@example.com>',
            'Status: 4.2.2',
            '',
            'Final-Recipient: x400; /C=de/',
            'Action: vanished'
        ].join('\r\n');
        assert.deepEqual(readRecipients(text), [
            { recipient: 'one@example.com', action: 'failed', status: '5.1.1', diagnostic: '550 5.1.1 no such user' },
            { recipient: 'two@example.com', action: 'delayed', status: '4.2.2', diagnostic: '' },
            { recipient: '/C=de/', action: '', status: '', diagnostic: '' }
        ]);
    });

    it('are cut where they would be endless, and hold no line breaks', () => {
        const long = 'x'.repeat(5000);
        const [recipient] = readRecipients(
            `Final-Recipient: rfc822; ${long}\nAction: failed\nDiagnostic-Code: smtp; a\u2028${long}`
        );
        assert.ok((recipient?.recipient.length ?? 0) <= 320 && (recipient?.diagnostic.length ?? 0) <= 500);
        assert.doesNotMatch(recipient?.diagnostic ?? '\u2028', /\u2028/);
        assert.ok(readRecipients('Action: failed\n\n'.repeat(1000)).length <= 201);
    });

    it('give the worst outcome as the kind', () => {
        const of = (...actions: string[]): unknown =>
            kindOfRecipients(actions.map(action => ({ recipient: '', action, status: '', diagnostic: '' })));
        assert.equal(of('delivered', 'delayed', 'failed'), 'bounce');
        assert.equal(of('expanded', 'delayed'), 'delay');
        assert.equal(of('relayed', ''), 'delivery-receipt');
        assert.equal(of('', ''), null);
        assert.equal(of(), null);
    });
});

describe('receipts and complaints', () => {
    it('tell what became of the mail and who said so', () => {
        const text =
            'Original-Message-ID: <1@x>\r\nDisposition: automatic-action/MDN-sent-automatically; Deleted/error\r\n';
        assert.deepEqual(readDisposition(text), {
            originalMessageId: '<1@x>',
            disposition: 'deleted',
            mode: 'automatic-action'
        });
        assert.deepEqual(readDisposition('rubbish'), { originalMessageId: '', disposition: '', mode: '' });
    });

    it('tell the sort of complaint and the recipient', () => {
        const text = 'Feedback-Type: Abuse\r\nOriginal-Rcpt-To: <a@b>\r\n';
        assert.deepEqual(readFeedback(text), { type: 'abuse', originalMessageId: '', recipient: 'a@b' });
    });
});

describe('the details of a verdict', () => {
    it('name recipient, outcome and the mail that failed', async () => {
        const { bounce, confidence } = await verdictOf(rawOf('Postfix, user unknown'));
        assert.deepEqual(bounce, {
            recipients: [
                {
                    recipient: 'karin@customer.example',
                    action: 'failed',
                    status: '5.1.1',
                    diagnostic: '550 5.1.1 no such mailbox'
                }
            ],
            originalMessageId: '<campaign-17@example.org>'
        });
        assert.equal(confidence, 'certain');
    });

    it('find the mail that failed in its header, its copy in the text, or what the bounce answers', async () => {
        const names = [
            ['Postfix, headers of the original only', '<campaign-18@example.org>'],
            ['Exim without any structure', '<campaign-19@example.org>'],
            ['qmail', '<campaign-22@example.org>'],
            ['web.de and GMX', '<campaign-24@example.org>'],
            ['Gmail, delivery incomplete', '<CAHk+a1b3@mail.gmail.com>'],
            ['empty return path alone', '']
        ] as const;
        for (const [name, id] of names) {
            assert.equal((await verdictOf(rawOf(name))).bounce?.originalMessageId, id, name);
        }
    });

    it('list the failed recipients that only a header field names', async () => {
        const { bounce } = await verdictOf(rawOf("a vendor's text with X-Failed-Recipients"), 'headers');
        assert.deepEqual(
            bounce?.recipients.map(({ recipient, action }) => [recipient, action]),
            [
                ['karin@customer.example', 'failed'],
                ['otto@customer.example', 'failed']
            ]
        );
    });

    it('list every recipient with an outcome of his own', async () => {
        const { bounce } = await verdictOf(rawOf('Postfix, one of two recipients delivered'));
        assert.deepEqual(
            bounce?.recipients.map(({ recipient, action }) => [recipient, action]),
            [
                ['fine@customer.example', 'delivered'],
                ['full@customer.example', 'failed']
            ]
        );
    });

    it('decode international addresses', async () => {
        const { bounce } = await verdictOf(rawOf('international addresses, encoded'));
        assert.equal(bounce?.recipients[0]?.recipient, 'jürgen@eai.example');
    });

    it('say how a mail was read, and whom a complaint is about', async () => {
        assert.deepEqual((await verdictOf(rawOf('Outlook, read'))).mdn, {
            originalMessageId: '<campaign-2@example.org>',
            disposition: 'displayed',
            mode: 'manual-action'
        });
        assert.deepEqual((await verdictOf(rawOf('feedback loop'))).arf, {
            type: 'abuse',
            originalMessageId: '<campaign-4@example.org>',
            recipient: 'karin@provider.example'
        });
    });
});
