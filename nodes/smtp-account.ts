import { join } from 'node:path';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { readSendingSettings } from '../src/account/sending-settings';
import { probeSmtp } from '../src/account/probe-smtp';
import { readSecretFiles } from '../src/account/secret-file';
import { readServerSettings, type SignInFinder } from '../src/account/server-settings';
import { awaitArrival } from '../src/account/test-mail';
import type { Security, ServerSettings } from '../src/message/server-settings';
import { findImapAccount } from '../src/runtime/account-lookup';
import { serveDiscovery } from '../src/runtime/discovery-route';
import type { AccountSettingsHolder } from '../src/runtime/form-values';
import { healthOf, sendListener } from '../src/runtime/health';
import { serveHealth } from '../src/runtime/health-route';
import { onClose } from '../src/runtime/input';
import { signInSource, signInsOf } from '../src/runtime/oauth-registry';
import { servePresets } from '../src/runtime/preset-route';
import { serveProbe } from '../src/runtime/probe-route';
import type { MailSenderHolder } from '../src/runtime/sender-lookup';
import type { SavedProperties } from '../src/runtime/settings';
import { findTlsConfig } from '../src/runtime/tls-config';
import { DayQuota } from '../src/smtp/day-quota';
import { SendCounter } from '../src/smtp/send-counter';
import type { SendingLimits } from '../src/smtp/sending-settings';
import { SmtpAccount, UnusableAccount } from '../src/smtp/smtp-account';
import { SMTP_TIMEOUTS } from '../src/smtp/transport';
import { watchSender } from '../src/smtp/watched-sender';
import { FileStore } from '../src/state/file-store';

interface Credentials {
    user: string;
    password: string;
}
interface SmtpAccountConfig extends NodeDef {
    tls?: string;
    auth?: string;
    oauth?: string;
}
type AccountNode = Node<Credentials> & MailSenderHolder & AccountSettingsHolder;

const PORTS: Record<Security, number> = { tls: 465, starttls: 587, none: 25 };

/** Holds an SMTP account and owns its connections; unusable settings are kept as the error that every user gets. */
export = function (RED: NodeAPI, timeouts = SMTP_TIMEOUTS): void {
    function SmtpAccountNode(this: AccountNode, config: SmtpAccountConfig): void {
        RED.nodes.createNode(this, config);
        this.saved = config as unknown as SavedProperties;
        this.login = { ...this.credentials };
        const health = healthOf(RED);
        let label = config.name || config.id;
        let counter: SendCounter | null = null;
        try {
            this.login = readSecretFiles(this.login);
            const { server, settings } = read(this.saved, this.login, id => signInSource(RED, id));
            const quota = quotaFor(this, server, settings.limits);
            label = server.label;
            counter = new SendCounter(settings.limits, quota);
            const account = new SmtpAccount({ server, settings, quota, timeouts });
            this.sender = watchSender(account, sendListener(health, config.id, counter));
        } catch (error) {
            this.sender = new UnusableAccount(error as Error);
            this.error((error as Error).message);
        }
        const entry = health.enter(config.id, {
            type: 'smtp-account',
            name: label,
            problem: this.sender.problem,
            sent: () => counter?.report() ?? null
        });
        const unwatch = signInsOf(RED).watch(config.auth === 'oauth2' ? (config.oauth ?? '') : '', {
            failed: error => health.failed(config.id, error)
        });
        onClose(this, () => {
            unwatch();
            entry.leave();
            return this.sender.close();
        });
    }

    function read(saved: SavedProperties, login: SavedProperties, signIn: SignInFinder) {
        const tls = findTlsConfig(RED, String(saved['tls'] ?? ''));
        const server = readServerSettings(saved, login, PORTS, tls, signIn);
        return { server, settings: readSendingSettings(saved, server) };
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
    serveDiscovery(RED);
    serveHealth(RED);
    serveProbe(RED, 'smtp-account', async ({ saved, credentials }, report, signal) => {
        const inbox = String(saved['imap'] ?? '');
        const arrival = (token: string) => awaitArrival(findImapAccount(RED, inbox), token, signal);
        const parts = read(saved, credentials, id => signInSource(RED, id, true));
        const probe = { ...parts, arrival: inbox === '' ? null : arrival };
        return { ok: await probeSmtp(probe, report, signal) };
    });
    RED.nodes.registerType<AccountNode, SmtpAccountConfig, object, Credentials>('smtp-account', SmtpAccountNode, {
        credentials: { user: { type: 'text' }, password: { type: 'password' } }
    });
};
