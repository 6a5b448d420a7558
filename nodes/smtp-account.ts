import { join } from 'node:path';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { readSendingSettings } from '../src/account/sending-settings';
import { readServerSettings } from '../src/account/server-settings';
import type { Security, ServerSettings } from '../src/message/server-settings';
import { onClose } from '../src/runtime/input';
import { servePresets } from '../src/runtime/preset-route';
import type { MailSenderHolder } from '../src/runtime/sender-lookup';
import type { SavedProperties } from '../src/runtime/settings';
import { findTlsConfig } from '../src/runtime/tls-config';
import { DayQuota } from '../src/smtp/day-quota';
import type { SendingLimits } from '../src/smtp/sending-settings';
import { SmtpAccount, UnusableAccount } from '../src/smtp/smtp-account';
import { SMTP_TIMEOUTS } from '../src/smtp/transport';
import { FileStore } from '../src/state/file-store';

interface Credentials {
    user: string;
    password: string;
}
interface SmtpAccountConfig extends NodeDef {
    tls?: string;
}
type AccountNode = Node<Credentials> & MailSenderHolder;

const PORTS: Record<Security, number> = { tls: 465, starttls: 587, none: 25 };

/** Holds an SMTP account and owns its connections; unusable settings are kept as the error that every user gets. */
export = function (RED: NodeAPI, timeouts = SMTP_TIMEOUTS): void {
    function SmtpAccountNode(this: AccountNode, config: SmtpAccountConfig): void {
        RED.nodes.createNode(this, config);
        const saved = config as unknown as SavedProperties;
        try {
            const server = readServerSettings(saved, { ...this.credentials }, PORTS, findTlsConfig(RED, config.tls));
            const settings = readSendingSettings(saved, server);
            const quota = quotaFor(this, server, settings.limits);
            this.sender = new SmtpAccount({ server, settings, quota, timeouts });
        } catch (error) {
            this.sender = new UnusableAccount(error as Error);
            this.error((error as Error).message);
        }
        onClose(this, () => this.sender.close());
    }

    function quotaFor(node: Node, server: ServerSettings, limits: SendingLimits): DayQuota | null {
        const { messagesPerDay: messages, recipientsPerDay: recipients } = limits;
        if (messages === 0 && recipients === 0) {
            return null;
        }
        return new DayQuota({
            account: server.label,
            messages,
            recipients,
            store: new FileStore(join(RED.settings.userDir ?? process.cwd(), 'mailflow', 'quota')),
            key: node.id,
            onProblem: error => node.warn(`the count of today's mails is not saved: ${(error as Error).message}`)
        });
    }

    servePresets(RED);
    RED.nodes.registerType<AccountNode, SmtpAccountConfig, object, Credentials>('smtp-account', SmtpAccountNode, {
        credentials: { user: { type: 'text' }, password: { type: 'password' } }
    });
};
