import { buildMail } from '../support/mail-builder';

/** Mails with the subjects "from" to "to", each with an id of its own. */
export function* numberedMails(from: number, to: number): Generator<Buffer> {
    for (let number = from; number <= to; number++) {
        yield buildMail({
            from: 'sender@example.com',
            subject: String(number),
            messageId: `<soak-${number}@example.com>`,
            text: `Mail number ${number}`
        });
    }
}
