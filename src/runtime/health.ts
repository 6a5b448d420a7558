import type { NodeAPI } from 'node-red';
import { Health } from '../account/health';
import { MailError, MailErrorCode } from '../message/mail-error';
import type { SendCounter } from '../smtp/send-counter';
import type { SendListener } from '../smtp/watched-sender';

/** One per runtime, keyed by what all nodes of a runtime share; it lives as long as the runtime. */
const registries = new WeakMap<object, Health>();

/** How the accounts of this runtime are. */
export function healthOf(RED: NodeAPI): Health {
    const health = registries.get(RED.httpAdmin) ?? new Health();
    registries.set(RED.httpAdmin, health);
    return health;
}

/** Tells the health of an smtp-account what becomes of each attempt to send. */
export function sendListener(health: Health, account: string, counter: SendCounter): SendListener {
    return {
        sent(mail) {
            counter.add(mail.recipients.length);
            health.mail(account);
            health.contact(account);
        },
        failed(error) {
            if (error instanceof MailError && error.code === MailErrorCode.Closed) {
                return;
            }
            health.failed(account, error);
            // a server that refuses this one mail for good is in order itself
            if (error instanceof MailError && error.step === 'send' && error.kind === 'permanent') {
                health.contact(account);
            }
        }
    };
}
