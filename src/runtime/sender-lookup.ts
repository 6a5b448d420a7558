import type { NodeAPI } from 'node-red';
import { notConfigured } from '../message/mail-error';
import type { MailSender } from '../smtp/smtp-account';

/** What the smtp-account config node offers, also when its settings are unusable. */
export interface MailSenderHolder {
    sender: MailSender;
}

/**
 * Finds what sends for a config node id.
 *
 * @throws MailError NOT_CONFIGURED when it is missing, disabled or of another kind, or the reason why it is unusable.
 */
export function findMailSender(RED: NodeAPI, id: string): MailSender {
    const holder = id === '' ? null : (RED.nodes.getNode(id) as unknown as Partial<MailSenderHolder> | null);
    if (!holder?.sender) {
        throw notConfigured(
            'no account is chosen, or it is missing or disabled',
            'Choose an account in the node and deploy.'
        );
    }
    if (holder.sender.problem) {
        throw holder.sender.problem;
    }
    return holder.sender;
}
