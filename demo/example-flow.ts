import { readFileSync } from 'node:fs';
import type { DemoMailbox } from './mailbox';
import type { FlowNode } from './runtime';

/** Reads an example as it is delivered, with its accounts on the embedded servers; the rest comes from `environment`. */
export function loadExample(file: string, mailbox: DemoMailbox): FlowNode[] {
    const flow = JSON.parse(readFileSync(file, 'utf8')) as FlowNode[];
    return flow.map(node => {
        switch (node.type) {
            case 'imap-account':
                return { ...node, port: mailbox.imapPort, security: 'none' };
            case 'smtp-account':
                return {
                    ...node,
                    port: mailbox.smtpPort,
                    security: 'none',
                    auth: 'none',
                    senderAddress: mailbox.login.user
                };
            default:
                return node;
        }
    });
}

/** The variables that the examples name, for the embedded servers. */
export function environment(mailbox: DemoMailbox): Record<string, string> {
    return {
        MAIL_HOST: mailbox.host,
        MAIL_USER: mailbox.login.user,
        MAIL_PASSWORD: mailbox.login.password,
        SMTP_HOST: mailbox.host
    };
}
