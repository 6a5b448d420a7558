import type { NodeAPI } from 'node-red';
import { notConfigured } from '../message/mail-error';
import { findDeployed, isRetyped, isSame, plainObject, refuseVariables, text, valueOf } from './form-values';
import { requireOwnMailServer } from './oauth-registry';
import type { SavedProperties } from './settings';

/** What a dialog sends: the account as it stands there, deployed or not. Without properties the deployed one is meant. */
export interface AccountForm {
    properties?: unknown;
    credentials?: unknown;
}

/** Settings that a test may use. */
export interface FormSettings {
    saved: SavedProperties;
    credentials: SavedProperties;
}

/** Where a secret goes, and how. While one of these differs from what is deployed, no stored secret is used. */
const DESTINATION = ['host', 'port', 'security', 'verify', 'tls', 'auth', 'oauth'] as const;

/**
 * Settings for the test of an account that may not be deployed yet.
 *
 * A stored secret never leaves for another server than the one it was deployed for: it is used only when host, port,
 * security, certificate check, login and user name are those of the deployed account. The same holds for the values of
 * variables: a name in the form is filled in only where the deployed account has the same name in the same place, so
 * that the environment of the runtime cannot be sent to a server of one's choice.
 *
 * @throws MailError NOT_CONFIGURED when the form needs a secret or a variable that may not be used.
 */
export function readAccountForm(RED: NodeAPI, type: string, id: string, form: AccountForm): FormSettings {
    const deployed = findDeployed(RED, type, id);
    if (form.properties === undefined) {
        if (!deployed) {
            throw notConfigured('the account is not deployed', 'Deploy it, or test it in its dialog.');
        }
        return { saved: deployed.node.saved, credentials: deployed.node.login };
    }
    const properties = plainObject(form.properties);
    const typed = plainObject(form.credentials);
    const user = text(typed['user']);
    const wantsPassword = !['none', 'oauth2'].includes(text(properties['auth']));
    const isTyped = isRetyped(typed['password']);
    const isSameServer =
        deployed !== null &&
        DESTINATION.every(name => isSame(properties[name], deployed.raw[name])) &&
        isSame(user, deployed.rawCredentials['user']);
    if (!isSameServer) {
        refuseVariables([...DESTINATION.map(name => properties[name]), user, typed['password']]);
        if (!isTyped && wantsPassword) {
            throw notConfigured(
                'the password is not known for these settings',
                'Enter the password again: a stored one is used only with the server and user it was deployed for.'
            );
        }
        if (properties['auth'] === 'oauth2') {
            requireOwnMailServer(RED, properties);
        }
    }
    const saved = Object.fromEntries(
        Object.entries(properties).map(([name, value]) => [name, valueOf(name, value, deployed)])
    );
    const isStored = isSameServer && (!isTyped || isSame(typed['password'], deployed.rawCredentials['password']));
    const password = isStored ? deployed.node.login['password'] : text(typed['password']);
    refuseVariables([isStored ? '' : password]);
    return { saved, credentials: { user: isSameServer ? deployed.node.login['user'] : user, password } };
}
