import assert from 'node:assert/strict';
import type { MailboxCount } from '../../../demo/mailbox';
import { Report } from '../../../demo/report';

describe('what the demo prints', () => {
    let lines: string[];
    let count: MailboxCount;
    let report: Report;
    beforeEach(() => {
        lines = [];
        count = { mails: 5, unread: 5, strangers: 2, strangersRead: 0 };
        report = new Report(
            line => lines.push(line),
            () => count
        );
    });

    it('has a line per inquiry, also when the mail names neither person nor machine', () => {
        const phones = [{ kind: 'mobile' as const, raw: '0171 1', e164: '+491711' }];
        report.inquiry({
            contact: { name: 'Anke Brömmel', phones },
            item: { title: 'Säge' },
            inquiry: { text: 'Da?' }
        });
        report.inquiry({ contact: { email: 'a@example.org' }, item: {}, inquiry: {} });
        assert.match(lines[0] ?? '', /^ +1 {2}Anke Brömmel +Säge +\+491711 +Da\?$/);
        assert.match(lines[1] ?? '', /^ +2 {2}\(no name\) +\(no machine\) +a@example\.org$/);
    });

    it('tells after every third inquiry what became of the other mail', () => {
        [1, 2, 3, 4].forEach(() => report.inquiry({ contact: {}, item: {}, inquiry: {} }));
        assert.equal(lines.length, 5);
        assert.match(lines[3] ?? '', /2 mails of strangers left alone, none of them loaded; all 5 mails still unread$/);
    });

    it('does not call a mail unread or alone that is not', () => {
        count = { mails: 5, unread: 4, strangers: 1, strangersRead: 1 };
        report.summary();
        assert.match(lines[0] ?? '', /1 mail of strangers left alone, 1 of them loaded; 4 of 5 mails unread$/);
    });

    it('lets no mail write to the terminal', () => {
        report.inquiry({ contact: { name: '\u001b[2JBen\r\nBuyer' }, item: {}, inquiry: { text: 'a\u0007b' } });
        report.trouble('first\nsecond');
        assert.match(lines[0] ?? '', /\[2JBen Buyer .* a b$/);
        assert.match(lines[1] ?? '', /first second$/);
        // eslint-disable-next-line no-control-regex -- the point of the test
        assert.ok(lines.every(line => !/[\u0000-\u001f]/.test(line)));
    });
});
