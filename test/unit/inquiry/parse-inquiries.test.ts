import assert from 'node:assert/strict';
import { builtInProfiles } from '../../../src/inquiry/built-in-profiles';
import { parseInquiries } from '../../../src/inquiry/parse-inquiries';
import { checkProfile } from '../../../src/inquiry/profile-check';
import type { Inquiry, NotRecognised } from '../../../src/inquiry/types';

const RELAY = 'buyer-1@channel.machineseeker.com';
const FORM = `Name: Anna\nE-Mail: ${RELAY}\nAnfrage zu: Säge\nNachricht an Sie: Ist sie noch da?\n`;
const DIGEST = { from: 'info@mail.machineseeker.com', subject: 'Kategorie-Anfragen (1 Nachricht)' };

interface Mail {
    from?: string;
    subject?: string;
    [property: string]: unknown;
}

function parse(
    message: object,
    { from = RELAY, subject = 'Anfrage', ...more }: Mail = {}
): ReturnType<typeof parseInquiries> {
    const date = '2026-11-23T09:00:00.000Z';
    return parseInquiries(message, { from: { name: '', address: from }, subject, date, ...more }, builtInProfiles());
}

function inquiriesOf(message: object, mail?: Mail): Inquiry[] {
    const result = parse(message, mail);
    assert.ok(result.recognised, JSON.stringify(result));
    return result.inquiries;
}

function inquiryOf(message: object, mail?: Mail): Inquiry {
    return inquiriesOf(message, mail)[0] as Inquiry;
}

function problemOf(message: object, mail?: Mail): NotRecognised {
    const result = parse(message, mail);
    assert.ok(!result.recognised);
    return result.problem;
}

describe('the key of an inquiry', () => {
    const { key } = inquiryOf({ payload: FORM });

    it('is the same when a digest, or a reminder with other line breaks, repeats the inquiry', () => {
        assert.equal(inquiryOf({ payload: FORM }, DIGEST).key, key);
        const html = FORM.replace(/^(.+?): (.*)$/gm, '<b>$1:</b><br>\n$2<br>');
        assert.equal(
            inquiryOf({ html }, { messageId: '<other@example.com>', date: '2026-12-01T00:00:00.000Z' }).key,
            key
        );
        assert.equal(inquiryOf({ payload: FORM.normalize('NFD') }).key, key);
    });

    it('differs for other words, another item, another buyer and another portal', () => {
        const others = [
            inquiryOf({ payload: FORM.replace('noch da', 'schon weg') }),
            inquiryOf({ payload: FORM.replace('Säge', 'Fräse') }),
            inquiryOf({ payload: FORM.replace('buyer-1', 'buyer-2') }),
            inquiryOf({ payload: FORM.replace('Nachricht an Sie', 'Nachricht') }, { from: 'a@example.com' })
        ];
        assert.equal(new Set([key, ...others.map(other => other.key)]).size, 5);
        assert.match(key, /^[0-9a-f]{64}$/);
    });

    it('leaves the thread the same for a second inquiry of the same buyer', () => {
        const second = inquiryOf({ payload: FORM.replace('noch da', 'schon weg') });
        assert.equal(second.inquiry.threadKey, RELAY);
    });
});

describe('an inquiry', () => {
    it('says from which mail, profile and part it comes', () => {
        const ref = { account: 'a1', folder: 'INBOX', uidValidity: '1699', uid: 4711 };
        const authentication = { result: 'pass' };
        const { source, mail, raw, schema } = inquiryOf({ payload: FORM }, { ref, messageId: '<m@x>', authentication });
        assert.equal(schema, 'inquiry/1');
        assert.deepEqual(source, {
            portal: 'machineseeker',
            profile: 'machineseeker@1',
            format: 'label-value',
            index: 0,
            count: 1
        });
        assert.deepEqual(mail, {
            ...ref,
            messageId: '<m@x>',
            date: '2026-11-23T09:00:00.000Z',
            from: RELAY,
            subject: 'Anfrage',
            authentication
        });
        assert.equal(raw.text, FORM.trim());
    });

    it('is plain JSON, and lists attachments without their content', () => {
        const photo = {
            filename: 'a.jpg',
            contentType: 'image/jpeg',
            size: 3,
            contentId: '',
            inline: false,
            part: '2',
            content: Buffer.from('abc')
        };
        const inquiry = inquiryOf({ payload: FORM, attachments: [photo] });
        assert.deepEqual(JSON.parse(JSON.stringify(inquiry)), inquiry);
        assert.deepEqual(Object.keys(inquiry.attachments[0] ?? {}), [
            'filename',
            'contentType',
            'size',
            'contentId',
            'inline',
            'part'
        ]);
    });

    it('has the relay address of the sender when the form names none', () => {
        const { contact } = inquiryOf({ payload: FORM.replace(/^E-Mail.*\n/m, '') });
        assert.deepEqual([contact.email, contact.emailIsRelay], [RELAY, true]);
    });

    it('keeps what is no address, no year and no date under the words of the mail', () => {
        const text = 'Name: Anna\nE-Mail: auf Anfrage\nTelefon: 030 1\nNachricht: x\n';
        const { contact, extra } = inquiryOf({ payload: text }, { from: 'forms@our-site.example' });
        assert.deepEqual([contact.email, extra['E-Mail']], [undefined, 'auf Anfrage']);
        // and it is no way to reach the buyer
        const unreachable = text.replace('Telefon: 030 1\n', '');
        assert.equal(problemOf({ payload: unreachable }, { from: 'forms@our-site.example' }).reason, 'no-profile');
    });

    it('is less certain the more is missing, and when the subject announces another number', () => {
        const full = inquiryOf({ payload: `Firma: A\n${FORM}` }, DIGEST);
        const less = inquiryOf({ payload: FORM }, DIGEST);
        const other = inquiryOf({ payload: FORM }, { ...DIGEST, subject: 'Kategorie-Anfragen (3 Nachrichten)' });
        assert.ok(full.confidence > less.confidence && less.confidence > other.confidence);
        assert.deepEqual(other.warnings, ['The subject announces 3, and 1 were found.']);
    });

    it('has at most half the certainty when its form is of unknown making', () => {
        const { confidence, source } = inquiryOf({ payload: FORM }, { from: 'a@example.com' });
        assert.ok(confidence <= 0.5 && source.format === 'generic');
    });
});

describe('XML from a buyer', () => {
    const xml =
        '<adf><prospect><customer><contact><email>evil@bad.example</email></contact></customer></prospect></adf>';
    const attachment = { filename: 'a.xml', contentType: 'text/xml', content: Buffer.from(xml) };

    it("does not take the place of the portal's form, typed or attached", () => {
        for (const message of [{ payload: `${FORM}${xml}\n` }, { payload: FORM, attachments: [attachment] }]) {
            const { contact, source } = inquiryOf(message);
            assert.deepEqual([contact.email, source.portal], [RELAY, 'machineseeker']);
        }
    });

    it('is read where the mail has no other form', () => {
        assert.equal(inquiryOf({ payload: 'x', attachments: [attachment] }).source.format, 'adf');
    });
});

describe('a digest', () => {
    const block = (name: string): string =>
        `<b>Firma:</b> F<br><b>Name:</b> ${name}<br><b>E-Mail:</b> ${name}@channel.machineseeker.com<br><b>Nachricht an Sie:</b> Hallo<br>`;

    for (const count of [1, 2, 200]) {
        it(`gives each of its inquiries: ${count}`, () => {
            const names = Array.from({ length: count }, (_, index) => `b${index}`);
            const found = inquiriesOf(
                { html: names.map(block).join('<hr>') },
                { ...DIGEST, subject: `Kategorie-Anfragen (${count} Nachrichten)` }
            );
            assert.deepEqual(
                found.map(({ contact }) => contact.name),
                names
            );
            assert.deepEqual(
                found.map(({ warnings }) => warnings.length),
                names.map(() => 0)
            );
        });
    }

    it('shares what stands above all of its inquiries', () => {
        const found = inquiriesOf({ html: `<p><b>Kategorie:</b> Pressen</p>${block('a')}${block('b')}` }, DIGEST);
        assert.deepEqual(
            found.map(({ item }) => item.category),
            ['Pressen', 'Pressen']
        );
    });

    it('is not torn apart by a block that a buyer has typed, where the portal marks its labels', () => {
        const typed = 'Firma: X<br>Name: Y<br>E-Mail: evil@bad.example<br>Nachricht an Sie: Z<br>';
        const [first, ...more] = inquiriesOf({ html: block('a') + typed }, DIGEST);
        assert.match(first?.inquiry.text ?? '', /^Hallo\nFirma: X\nName: Y/);
        assert.equal(first?.contact.email, 'a@channel.machineseeker.com');
        assert.equal(more.length, 0);
    });
});

describe('a mail that is no inquiry', () => {
    it('says so when no content was loaded, or only the header because of its size', () => {
        assert.equal(problemOf({ payload: '', attachments: [] }).reason, 'no-content');
        const oversize = problemOf({ payload: '' }, { oversize: true });
        assert.match(oversize.message, /Only its header was loaded because of its size/);
    });

    it('says so when an attachment that may hold the inquiry was not loaded', () => {
        const xml = { filename: 'Feedback.XML', contentType: 'application/octet-stream', size: 900 };
        const { reason, message } = problemOf(
            { payload: 'Siehe Anhang', attachments: [xml] },
            { from: 'a@immowelt.de' }
        );
        assert.equal(reason, 'attachment-not-loaded');
        assert.match(message, /Choose attachments "in the message"/);
    });

    it('has no profile without exactly one sender, and none for a name that looks like an address', () => {
        const result = parseInquiries({ payload: 'x' }, { from: null, fromProblem: 'two' }, builtInProfiles());
        assert.equal(!result.recognised && result.problem.reason, 'no-profile');
        const spoof = { from: { name: RELAY, address: 'spoof@example.net' }, subject: '' };
        const spoofed = parseInquiries({ payload: FORM }, spoof, builtInProfiles());
        assert.equal(spoofed.recognised && spoofed.inquiries[0]?.source.portal, 'contact-form');
    });

    it('is told from a form that has changed, which general rules must not hide', () => {
        const renamed = FORM.replaceAll('Nachricht an Sie', 'Mitteilung');
        const { reason, missing, profile } = problemOf({ payload: renamed });
        assert.deepEqual([reason, missing, profile], ['template-changed', ['inquiry.text'], 'machineseeker@1']);
        const all = 'Ihr Name: A\nTel.: 1\nMitteilung: x\n';
        assert.equal(problemOf({ payload: all }).reason, 'template-changed');
        assert.equal(problemOf({ payload: 'Weekly figures' }).reason, 'no-format');
    });

    it('never has words of the mail in its reason', () => {
        const secret = 'Katrin Vogelsang 030 23125014';
        for (const message of [
            { payload: `Name: ${secret}\n` },
            { html: `<b>Name:</b> ${secret}` },
            { payload: `<adf>${secret}` }
        ]) {
            assert.doesNotMatch(JSON.stringify(problemOf(message)), /Katrin|23125014/);
        }
    });
});

describe('an own profile', () => {
    const own = checkProfile({
        id: 'own',
        portal: 'own',
        format: 'html-box',
        box: { element: 'div', attribute: 'class', value: 'msg' },
        labels: { Von: 'contact.name' },
        required: ['inquiry.text', 'contact.name']
    });

    it('without senders is for every mail, and no failure of those that it is not for', () => {
        const mail = { from: { name: '', address: 'a@example.com' }, subject: '' };
        const read = (html: string): ReturnType<typeof parseInquiries> => parseInquiries({ html }, mail, [own]);
        const found = read(
            '<div class=x>Von: X</div><DIV CLASS="Msg"><b>Von</b> Anna<div>eins<br>zwei</div></DIV>drei'
        );
        assert.equal(found.recognised && found.inquiries[0]?.inquiry.text, 'eins\nzwei');
        const other = read('<div class="msg">eins</div>');
        assert.equal(!other.recognised && other.problem.reason, 'no-profile');
    });
});
