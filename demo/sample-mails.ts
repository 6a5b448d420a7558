/** A mail of the demo, in the form that nodemailer takes. */
export interface SampleMail {
    from: { name: string; address: string };
    to: string;
    subject: string;
    text?: string;
    html?: string;
}

interface Buyer {
    language: 'de' | 'en';
    name: string;
    company: string;
    place: string;
    phone: string;
    machine: string;
    message: string;
}

export const OWN_ADDRESS = 'sales@example.com';
const MARKETPLACE = 'channel.machineseeker.com';
/** Every so often the mail of somebody else comes in between. */
const STRANGER_EVERY = 4;

/** Nobody here exists: invented names, numbers from the ranges kept free for fiction, makers that build nothing. */
const BUYERS: readonly Buyer[] = [
    {
        language: 'de',
        name: 'Katrin Vogelsang',
        company: 'Vogelsang Metallbau GmbH',
        place: '35390 Gießen',
        phone: '+49 30 23125 014',
        machine: 'Drehmaschine Nordhaus D 420',
        message: 'Guten Tag,\n\nist die Maschine noch da? Können wir sie unter Strom sehen?'
    },
    {
        language: 'en',
        name: 'Owen Hartley',
        company: 'Hartley Toolmakers Ltd',
        place: 'Sheffield, United Kingdom',
        phone: '+44 20 7946 0158',
        machine: 'Surface grinder Pellworth SG 30',
        message: 'Hello,\n\nwhat is your best price, and who would load it?'
    },
    {
        language: 'de',
        name: 'Jürgen Östreich',
        company: '',
        place: '1010, Österreich',
        phone: '',
        machine: 'Bandsäge Krantz BS 275',
        message: 'Was kostet der Transport nach Wien?'
    },
    {
        language: 'en',
        name: 'Maria Delacourt',
        company: 'Atelier Delacourt',
        place: 'Lyon, France',
        phone: '',
        machine: 'Band press Vireo 2000',
        message: 'Is a manual included?\n\nNote: we would need it before the end of the month.'
    },
    {
        language: 'de',
        name: 'Anke Brömmel',
        company: 'Brömmel & Söhne KG',
        place: '26721 Emden',
        phone: '+49 30 23125 377',
        machine: 'Abkantpresse Lührs AP 3100',
        message: 'Bitte senden Sie uns Bilder vom Werkzeug und das Baujahr.'
    },
    {
        language: 'en',
        name: 'Tomasz Wilkowski',
        company: 'Wilkowski Sp. z o.o.',
        place: 'Poznań, Poland',
        phone: '+44 20 7946 0803',
        machine: 'Machining centre Aldren VMC 850',
        message: 'How many hours has the spindle run? We would inspect it next week.'
    }
];

const STRANGERS: ReadonlyArray<Omit<SampleMail, 'to'>> = [
    {
        from: { name: 'Cantina Sole', address: 'news@cantina-sole.example' },
        subject: 'This week on the menu',
        text: 'Monday: minestrone.\n'
    },
    {
        // the name wears the marketplace's address; only the address itself counts
        from: { name: `buyer-77@${MARKETPLACE}`, address: 'offers@bulk-mail.example' },
        subject: 'Neue Anfrage zu Ihrem Inserat',
        text: 'Name: Nobody\nAnfrage zu: Drehmaschine\nNachricht an Sie: Click here.\n'
    },
    {
        from: { name: 'Petra Lindqvist', address: 'petra@example.org' },
        subject: 'Dinner on Friday?',
        text: 'Shall I book a table?\n\nPetra\n'
    },
    {
        from: { name: 'Accounts', address: 'accounts@supplier.example' },
        subject: 'Rechnung 2041',
        html: '<p>Im Anhang.</p>'
    }
];

/** The mail that lies in the mailbox before the demo begins. */
export const OLDER_MAILS: readonly SampleMail[] = STRANGERS.slice(2).map(mail => ({ ...mail, to: OWN_ADDRESS }));

/** Returns the mail at a place in the endless row of mails: mostly inquiries, now and then a stranger. */
export function sampleMail(index: number): SampleMail {
    const round = Math.floor(index / STRANGER_EVERY);
    if (index % STRANGER_EVERY === STRANGER_EVERY - 1) {
        return { ...pick(STRANGERS, round), to: OWN_ADDRESS };
    }
    return inquiry(pick(BUYERS, index - round), index);
}

export function isMarketplace(address: string): boolean {
    return address.toLowerCase().endsWith(`@${MARKETPLACE}`);
}

function inquiry(buyer: Buyer, index: number): SampleMail {
    const address = `buyer-${(index + 4096).toString(16)}@${MARKETPLACE}`;
    const lines = labels(buyer, address);
    const number = 7000 + index;
    const subject =
        buyer.language === 'de'
            ? `Neue Anfrage zu Ihrem Inserat ${number}`
            : `New inquiry about your listing ${number}`;
    const mail = { from: { name: `${buyer.name} via Machineseeker`, address }, to: OWN_ADDRESS, subject };
    // portals send both forms, and some send HTML alone
    return index % 3 === 2 ? { ...mail, html: asHtml(lines) } : { ...mail, text: asText(lines) };
}

/** Labels and values; a buyer who left a field empty leaves its line out. */
function labels(buyer: Buyer, address: string): Array<[string, string]> {
    const { company, name, place, phone, machine, message } = buyer;
    const all: Array<[string, string]> =
        buyer.language === 'de'
            ? [
                  ['Firma', company],
                  ['Name', name],
                  ['Ort', place],
                  ['Telefon', phone],
                  ['E-Mail', address],
                  ['Anfrage zu', machine],
                  ['Nachricht an Sie', message]
              ]
            : [
                  ['Company', company],
                  ['Name', name],
                  ['Location', place],
                  ['Phone', phone],
                  ['Email', address],
                  ['Inquiry about', machine],
                  ['Message to you', message]
              ];
    return all.filter(([, value]) => value !== '');
}

function asText(lines: ReadonlyArray<[string, string]>): string {
    return lines.map(([label, value]) => `${label}: ${value}\n`).join('');
}

function asHtml(lines: ReadonlyArray<[string, string]>): string {
    const rows = lines.map(([label, value]) => `<b>${label}:</b> ${escape(value).replaceAll('\n', '<br>')}<br>`);
    return `<html><body>${rows.join('\n')}</body></html>`;
}

function escape(text: string): string {
    return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function pick<T>(items: readonly T[], index: number): T {
    return items[index % items.length] as T;
}
