import { readFileSync } from 'node:fs';
import type { DemoMailbox } from './mailbox';
import type { FlowNode } from './runtime';

/** Reads an example as it is delivered, with its accounts on the embedded servers; the rest comes from `environment`. */
export function loadExample(file: string, mailbox: DemoMailbox): FlowNode[] {
    const flow = JSON.parse(readFileSync(file, 'utf8')) as FlowNode[];
    const ports = new Map([
        ['imap-account', mailbox.imapPort],
        ['smtp-account', mailbox.smtpPort]
    ]);
    return flow.map(node => (ports.has(node.type) ? { ...node, port: ports.get(node.type), security: 'none' } : node));
}

/** The variables that the examples name, for the embedded servers. */
export function environment(mailbox: DemoMailbox): Record<string, string> {
    const { user, password } = mailbox.login;
    return {
        MAIL_HOST: mailbox.host,
        MAIL_USER: user,
        MAIL_PASSWORD: password,
        SMTP_HOST: mailbox.host,
        SMTP_USER: user,
        SMTP_PASSWORD: password
    };
}
