import assert from 'node:assert/strict';
import { builtInProfiles } from '../../../src/inquiry/built-in-profiles';
import { parseInquiries } from '../../../src/inquiry/parse-inquiries';
import type { Inquiry } from '../../../src/inquiry/types';
import { SeededRandom } from '../../support/seeded-random';

type Row = [label: string, value: string];

const RUNS = 400;
const SENDER = { from: { name: '', address: 'forms@our-site.example' }, subject: 'Form' };
const LANGUAGES: Readonly<
    Record<string, { name: string; company: string; email: string; phone: string; text: string }>
> = {
    de: { name: 'Name', company: 'Firma', email: 'E-Mail', phone: 'Telefon', text: 'Nachricht' },
    en: { name: 'Your name', company: 'Company', email: 'Email address', phone: 'Phone', text: 'Your message' },
    fr: { name: 'Nom', company: 'Société', email: 'Courriel', phone: 'Téléphone', text: 'Votre message' },
    it: { name: 'Nome', company: 'Azienda', email: 'Posta elettronica', phone: 'Telefono', text: 'Messaggio' },
    es: { name: 'Nombre', company: 'Empresa', email: 'Correo electrónico', phone: 'Teléfono', text: 'Mensaje' },
    nl: { name: 'Naam', company: 'Bedrijf', email: 'E-mailadres', phone: 'Telefoon', text: 'Bericht' },
    pl: {
        name: 'Imię i nazwisko',
        company: 'Nazwa firmy',
        email: 'Adres e-mail',
        phone: 'Numer telefonu',
        text: 'Wiadomość'
    }
};
const NAMES = ['Katrin Vogelsang', 'Łukasz Żak', 'O’Neill & Sons', '李 明', 'Dr. A. B. C.'];
const WORDS = [
    'Hallo, ist sie noch da?',
    'a\n\nb',
    'Preis: 5000?',
    'um 10:30 Uhr',
    'https://example.com/x',
    '1 < 2 & 3 > 2',
    '– – –'
];

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escape = (text: string): string =>
    text.replace(/[&<>]/g, sign => ENTITIES[sign] ?? sign).replaceAll('\n', '<br>');

/** The forms in which a row may stand; each gives all rows. */
const LAYOUTS: Readonly<Record<string, (rows: readonly Row[]) => { payload?: string; html?: string }>> = {
    text: rows => ({ payload: rows.map(([label, value]) => `${label}: ${value}\n`).join('') }),
    below: rows => ({ payload: rows.map(([label, value]) => `${label} :\r\n\r\n${value}\r\n`).join('\r\n') }),
    bold: rows => ({ html: rows.map(([label, value]) => `<b>${label}:</b> ${escape(value)}<br>`).join('\n') }),
    paragraphs: rows => ({ html: rows.map(([l, v]) => `<p><strong>${l}</strong>: ${escape(v)}</p>`).join('') }),
    table: rows => ({
        html: `<table>${rows.map(([l, v]) => `<tr><td>${l}</td><td>${escape(v)}</td></tr>`).join('')}</table>`
    }),
    list: rows => ({ html: `<dl>${rows.map(([l, v]) => `<dt>${l}</dt><dd>${escape(v)}</dd>`).join('')}</dl>` })
};

function read(message: object): Inquiry[] {
    const result = parseInquiries(message, SENDER, builtInProfiles());
    assert.ok(result.recognised, JSON.stringify([message, result]));
    return result.inquiries;
}

describe('labels and values', () => {
    for (const [layout, render] of Object.entries(LAYOUTS)) {
        it(`are read in any order and language: ${layout}`, () => {
            for (let seed = 1; seed <= RUNS; seed++) {
                const random = new SeededRandom(seed);
                const labels = LANGUAGES[random.pick(Object.keys(LANGUAGES))] ?? assert.fail();
                const values = {
                    name: random.pick(NAMES),
                    company: random.pick(NAMES),
                    email: `buyer-${seed}@example.com`,
                    phone: `+49 30 23125 0${random.below(90) + 10}`,
                    text: random.pick(WORDS)
                };
                const isOptional = ['name', 'company', 'phone'].filter(() => random.below(3) > 0);
                const fields = (['name', 'company', 'email', 'phone', 'text'] as const).filter(
                    field => field === 'email' || field === 'text' || isOptional.includes(field)
                );
                const rows = random.shuffled(fields).map((field): Row => [labels[field], values[field]]);
                const [{ contact, inquiry, extra }, ...more] = read(render(rows)) as [Inquiry, ...Inquiry[]];
                assert.deepEqual(
                    {
                        name: contact.name,
                        company: contact.company,
                        email: contact.email,
                        phone: contact.phones?.[0]?.raw
                    },
                    {
                        name: fields.includes('name') ? values.name : undefined,
                        company: fields.includes('company') ? values.company : undefined,
                        email: values.email,
                        phone: fields.includes('phone') ? values.phone : undefined
                    },
                    `seed ${seed}`
                );
                assert.equal(inquiry.text, values.text, `seed ${seed}`);
                assert.deepEqual([extra, more], [{}, []], `seed ${seed}`);
            }
        });
    }

    it('never make it throw, or invent a field, whatever the text is', () => {
        const pieces = [
            'Name:',
            'E-Mail:',
            'Nachricht:',
            '<b>',
            '</b>',
            '<td>',
            '<!--',
            '-->',
            '&#x0;',
            '\n',
            ' ',
            'a@example.com',
            '<adf>',
            ']]>',
            '__proto__:',
            '：'
        ];
        for (let seed = 1; seed <= 3000; seed++) {
            const random = new SeededRandom(seed);
            const body = Array.from({ length: random.below(30) }, () => random.pick(pieces)).join('');
            const message = random.below(2) === 0 ? { payload: body } : { html: body };
            const result = parseInquiries(message, SENDER, builtInProfiles());
            for (const { contact, inquiry } of result.recognised ? result.inquiries : []) {
                assert.ok(contact.email === undefined || contact.email === 'a@example.com', `seed ${seed}`);
                assert.ok(inquiry.text !== '', `seed ${seed}`);
            }
        }
        assert.equal(({} as Record<string, unknown>)['x'], undefined);
    });
});
