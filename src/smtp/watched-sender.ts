import type { OutgoingMail } from './outgoing';
import type { MailSender } from './smtp-account';
import type { Acceptance } from './transport';

/** Hears what became of every mail. None of these may throw. */
export interface SendListener {
    sent(mail: OutgoingMail): void;
    failed(error: Error): void;
}

/** A sender that behaves like the given one and tells what became of every mail. */
export function watchSender(sender: MailSender, report: SendListener): MailSender {
    return {
        problem: sender.problem,
        addresses: sender.addresses,
        compose: (msg, options) => sender.compose(msg, options),
        async send(mail, signal): Promise<Acceptance> {
            try {
                const acceptance = await sender.send(mail, signal);
                report.sent(mail);
                return acceptance;
            } catch (error) {
                report.failed(error as Error);
                throw error;
            }
        },
        close: () => sender.close()
    };
}
