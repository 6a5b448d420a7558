import type { Node, NodeAPI, NodeDef } from 'node-red';
import { ImapAccount } from '../src/account/imap-account';
import { readImapSettings } from '../src/account/imap-settings';
import { probeImap } from '../src/account/probe-imap';
import { readSecretFiles } from '../src/account/secret-file';
import type { MailError } from '../src/message/mail-error';
import type { ImapAccountHolder } from '../src/runtime/account-lookup';
import { serveDiscovery } from '../src/runtime/discovery-route';
import { serveFolders } from '../src/runtime/folder-route';
import type { AccountSettingsHolder } from '../src/runtime/form-values';
import { healthOf } from '../src/runtime/health';
import { serveHealth } from '../src/runtime/health-route';
import { onClose } from '../src/runtime/input';
import { signInSource, signInsOf } from '../src/runtime/oauth-registry';
import { servePresets } from '../src/runtime/preset-route';
import { serveProbe } from '../src/runtime/probe-route';
import type { SavedProperties } from '../src/runtime/settings';
import { findTlsConfig } from '../src/runtime/tls-config';

interface Credentials {
    user: string;
    password: string;
}
interface ImapAccountConfig extends NodeDef {
    tls?: string;
    auth?: string;
    oauth?: string;
}
type AccountNode = Node<Credentials> & ImapAccountHolder & AccountSettingsHolder;

/** Holds an IMAP account; unusable settings are kept as the error that every user of the account gets. */
export = function (RED: NodeAPI): void {
    function ImapAccountNode(this: AccountNode, config: ImapAccountConfig): void {
        RED.nodes.createNode(this, config);
        this.saved = config as unknown as SavedProperties;
        this.login = { ...this.credentials };
        try {
            this.login = readSecretFiles(this.login);
            const tls = findTlsConfig(RED, config.tls);
            this.account = new ImapAccount(
                config.id,
                readImapSettings(this.saved, this.login, tls, id => signInSource(RED, id))
            );
        } catch (error) {
            this.account = error as MailError;
            this.error(this.account.message);
        }
        const health = healthOf(RED);
        const entry = health.enter(config.id, {
            type: 'imap-account',
            name: this.account instanceof ImapAccount ? this.account.label : config.name || config.id,
            problem: this.account instanceof ImapAccount ? null : this.account
        });
        const unwatch = signInsOf(RED).watch(config.auth === 'oauth2' ? (config.oauth ?? '') : '', {
            // the pause after a rejection is an hour
            signedIn: () => health.lookNow(config.id)
        });
        onClose(this, async () => {
            unwatch();
            entry.leave();
            if (this.account instanceof ImapAccount) {
                await this.account.retire();
            }
        });
    }
    servePresets(RED);
    serveDiscovery(RED);
    serveFolders(RED);
    serveHealth(RED);
    serveProbe(RED, 'imap-account', ({ saved, credentials }, report, signal) => {
        const tls = findTlsConfig(RED, String(saved['tls'] ?? ''));
        const settings = readImapSettings(saved, credentials, tls, id => signInSource(RED, id, true));
        return probeImap(settings, report, signal);
    });
    RED.nodes.registerType<AccountNode, ImapAccountConfig, object, Credentials>('imap-account', ImapAccountNode, {
        credentials: { user: { type: 'text' }, password: { type: 'password' } }
    });
};
