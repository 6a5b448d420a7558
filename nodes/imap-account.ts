import type { Node, NodeAPI, NodeDef } from 'node-red';
import { ImapAccount } from '../src/account/imap-account';
import { readImapSettings } from '../src/account/imap-settings';
import { MailError } from '../src/message/mail-error';
import type { ImapAccountHolder } from '../src/runtime/account-lookup';
import { onClose } from '../src/runtime/input';
import { servePresets } from '../src/runtime/preset-route';
import type { SavedProperties } from '../src/runtime/settings';
import { findTlsConfig } from '../src/runtime/tls-config';

interface Credentials {
    user: string;
    password: string;
}

/** Holds an IMAP account; unusable settings are kept as the error that every user of the account gets. */
export = function (RED: NodeAPI): void {
    function ImapAccountNode(this: Node<Credentials> & ImapAccountHolder, config: NodeDef & { tls?: string }): void {
        RED.nodes.createNode(this, config);
        try {
            const tls = findTlsConfig(RED, config.tls);
            const saved = config as unknown as SavedProperties;
            this.account = new ImapAccount(config.id, readImapSettings(saved, { ...this.credentials }, tls));
        } catch (error) {
            this.account = error as MailError;
            this.error(this.account.message);
        }
        onClose(this, async () => {
            if (this.account instanceof ImapAccount) {
                await this.account.close();
            }
        });
    }
    servePresets(RED);
    RED.nodes.registerType<Node<Credentials> & ImapAccountHolder, NodeDef & { tls?: string }, object, Credentials>(
        'imap-account',
        ImapAccountNode,
        { credentials: { user: { type: 'text' }, password: { type: 'password' } } }
    );
};
