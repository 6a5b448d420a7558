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
    category: string;
    machine: string;
    message: string;
}

export const OWN_ADDRESS = 'sales@example.com';
const MARKETPLACE = 'channel.machineseeker.com';
const DIGEST = 'info@mail.machineseeker.com';
/** Whose mail the flow of the demo takes. */
export const SENDERS: readonly string[] = [`*@${MARKETPLACE}`, DIGEST];
/** Now and then, the marketplace sends several inquiries in one mail. */
const DIGEST_EVERY = 6;
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
        category: 'Drehmaschinen',
        machine: 'Drehmaschine Nordhaus D 420',
        message: 'Guten Tag,\n\nist die Maschine noch da? Können wir sie unter Strom sehen?'
    },
    {
        language: 'en',
        name: 'Owen Hartley',
        company: 'Hartley Toolmakers Ltd',
        place: 'Sheffield, United Kingdom',
        phone: '+44 20 7946 0158',
        category: 'Grinding machines',
        machine: 'Surface grinder Pellworth SG 30',
        message: 'Hello,\n\nwhat is your best price, and who would load it?'
    },
    {
        language: 'de',
        name: 'Jürgen Östreich',
        company: '',
        place: '1010, Österreich',
        phone: '',
        category: 'Sägen',
        machine: 'Bandsäge Krantz BS 275',
        message: 'Was kostet der Transport nach Wien?'
    },
    {
        language: 'en',
        name: 'Maria Delacourt',
        company: 'Atelier Delacourt',
        place: 'Lyon, France',
        phone: '',
        category: 'Presses',
        machine: 'Band press Vireo 2000',
        message: 'Is a manual included?\n\nNote: we would need it before the end of the month.'
    },
    {
        language: 'de',
        name: 'Anke Brömmel',
        company: 'Brömmel & Söhne KG',
        place: '26721 Emden',
        phone: '+49 30 23125 377',
        category: 'Blechbearbeitung',
        machine: 'Abkantpresse Lührs AP 3100',
        message: 'Bitte senden Sie uns Bilder vom Werkzeug und das Baujahr.'
    },
    {
        language: 'en',
        name: 'Tomasz Wilkowski',
        company: 'Wilkowski Sp. z o.o.',
        place: 'Poznań, Poland',
        phone: '+44 20 7946 0803',
        category: 'Machining centres',
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
    if (index % DIGEST_EVERY === DIGEST_EVERY - 1) {
        return digest([pick(BUYERS, index), pick(BUYERS, index + 1)], index);
    }
    return inquiry(pick(BUYERS, index - round), index);
}

export function isMarketplace(address: string): boolean {
    return address.toLowerCase().endsWith(`@${MARKETPLACE}`) || address.toLowerCase() === DIGEST;
}

function inquiry(buyer: Buyer, index: number): SampleMail {
    const address = relay(index);
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

/** Inquiries that were made for a category: HTML is the real body, the text only points to it. */
function digest(buyers: readonly Buyer[], index: number): SampleMail {
    const blocks = buyers.map((buyer, place) =>
        asRows(labels({ ...buyer, language: 'de' }, relay(index * 10 + place)))
    );
    return {
        from: { name: 'Machineseeker', address: DIGEST },
        to: OWN_ADDRESS,
        subject: `Kategorie-Anfragen (${buyers.length} Nachrichten)`,
        text: 'Bitte nutzen Sie die HTML-Ansicht.\n',
        html: `<html><body>${blocks.join('<hr>\n')}</body></html>`
    };
}

/** The marketplace gives each buyer an address of its own. */
function relay(number: number): string {
    return `buyer-${(number + 4096).toString(16)}@${MARKETPLACE}`;
}

/** Labels and values; a buyer who left a field empty leaves its line out. */
function labels(buyer: Buyer, address: string): Array<[string, string]> {
    const { company, name, place, phone, category, machine, message } = buyer;
    const all: Array<[string, string]> =
        buyer.language === 'de'
            ? [
                  ['Firma', company],
                  ['Name', name],
                  ['Ort', place],
                  ['Telefon', phone],
                  ['E-Mail', address],
                  ['Kategorie', category],
                  ['Anfrage zu', machine],
                  ['Nachricht an Sie', message]
              ]
            : [
                  ['Company', company],
                  ['Name', name],
                  ['Location', place],
                  ['Phone', phone],
                  ['Email', address],
                  ['Category', category],
                  ['Inquiry about', machine],
                  ['Message to you', message]
              ];
    return all.filter(([, value]) => value !== '');
}

function asText(lines: ReadonlyArray<[string, string]>): string {
    return lines.map(([label, value]) => `${label}: ${value}\n`).join('');
}

function asHtml(lines: ReadonlyArray<[string, string]>): string {
    return `<html><body>${asRows(lines)}</body></html>`;
}

function asRows(lines: ReadonlyArray<[string, string]>): string {
    return lines.map(([label, value]) => `<b>${label}:</b> ${escape(value).replaceAll('\n', '<br>')}<br>\n`).join('');
}

function escape(text: string): string {
    return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function pick<T>(items: readonly T[], index: number): T {
    return items[index % items.length] as T;
}
