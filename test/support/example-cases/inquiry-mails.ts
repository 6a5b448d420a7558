import { buildMail, type MailParts } from '../mail-builder';

export const MARKETPLACE = 'channel.machineseeker.com';

/** In plain text, with a line in the message that looks like a label. */
export const GERMAN = [
    'Firma: Vogelsang Metallbau GmbH',
    'Name: Katrin Vogelsang',
    'Ort: 35390 Gießen',
    'Telefon: +49 30 23125 014',
    'Anfrage zu: Drehmaschine Nordhaus D 420',
    'Nachricht an Sie: Guten Tag,',
    '',
    'ist sie noch da? Preis: 5000?',
    'Name: bleibt Katrin'
].join('\n');

/** HTML alone, labels in bold, and most of them missing. */
export const ENGLISH = '<p><b>Name:</b> Owen Hartley<br><b>Message to you:</b> What is your best price?</p>';

/** The mail of a buyer to a seller, from the address that the marketplace has given the buyer. */
export function inquiry(parts: MailParts): Buffer {
    return buildMail({ from: `Buyer <buyer-1@${MARKETPLACE}>`, subject: 'New inquiry', ...parts });
}

/** A mail of the marketplace itself that holds several inquiries, without what would look like another label. */
export function digestOf(texts: readonly string[]): Buffer {
    return buildMail({
        from: 'info@mail.machineseeker.com',
        subject: `Kategorie-Anfragen (${texts.length} Nachrichten)`,
        text: texts.map(text => text.replace('\nName: bleibt Katrin', '')).join('\n\n')
    });
}
