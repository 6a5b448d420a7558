import type { Node, NodeAPI, NodeDef } from 'node-red';
import { readOAuthSettings } from '../src/account/oauth-settings';
import { readSecretFiles } from '../src/account/secret-file';
import type { MailError } from '../src/message/mail-error';
import type { AccountSettingsHolder } from '../src/runtime/form-values';
import { credentialSecret } from '../src/runtime/credential-secret';
import { onClose } from '../src/runtime/input';
import { serveSignIns } from '../src/runtime/oauth-routes';
import { signInsOf } from '../src/runtime/oauth-registry';
import { oncePerApp } from '../src/runtime/once-per-app';
import { SignInReport } from '../src/runtime/sign-in-report';
import type { SavedProperties } from '../src/runtime/settings';

interface Credentials {
    clientSecret: string;
    refreshToken: string;
}
type OAuthNode = Node<Credentials> & AccountSettingsHolder;

/** Holds a sign-in with OAuth2; accounts find its tokens by its id. */
export = function (RED: NodeAPI): void {
    function MailOAuthNode(this: OAuthNode, config: NodeDef): void {
        RED.nodes.createNode(this, config);
        this.saved = config as unknown as SavedProperties;
        this.login = { ...this.credentials };
        const registry = signInsOf(RED);
        const report = new SignInReport(this);
        const unwatch = registry.watch(config.id, report);
        try {
            this.login = readSecretFiles(this.login);
            registry.enter(config.id, readOAuthSettings(this.saved, this.login));
            report.check(registry.find(config.id));
        } catch (error) {
            registry.enter(config.id, error as MailError);
            report.failed(error as MailError);
        }
        oncePerApp(RED, 'clear-text-tokens', () => {
            if (credentialSecret(RED) === null) {
                this.warn('tokens are stored in clear text, as "credentialSecret" says for all credentials');
            }
        });
        onClose(this, () => {
            unwatch();
            report.close();
            registry.leave(config.id);
            return Promise.resolve();
        });
    }
    serveSignIns(RED);
    RED.nodes.registerType<OAuthNode, NodeDef, object, Credentials>('mail-oauth', MailOAuthNode, {
        credentials: { clientSecret: { type: 'password' }, refreshToken: { type: 'password' } }
    });
};
