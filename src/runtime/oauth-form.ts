import type { NodeAPI } from 'node-red';
import { notConfigured } from '../message/mail-error';
import { readOAuthSettings, type OAuthSettings } from '../account/oauth-settings';
import type { AccountForm } from './account-form';
import { findDeployed, isRetyped, isSame, plainObject, refuseVariables, text, valueOf } from './form-values';

/** Where the client secret goes. While one of these differs from what is deployed, no stored secret is used. */
const DESTINATION = ['provider', 'flow', 'tenant', 'clientId', 'tokenUrl', 'deviceUrl'] as const;
const SECRETS = ['clientSecret', 'refreshToken'] as const;

/**
 * Settings for a sign-in from a dialog, deployed or not; without properties those of the deployed node. Stored secrets
 * and the values of variables leave only for where they were deployed for, as with accounts.
 *
 * @throws MailError NOT_CONFIGURED when the form needs a secret or a variable that may not be used, or is not complete.
 */
export function readOAuthForm(RED: NodeAPI, id: string, form: AccountForm): OAuthSettings {
    const deployed = findDeployed(RED, 'mail-oauth', id);
    if (form.properties === undefined) {
        if (!deployed) {
            throw notConfigured('the sign-in is not deployed', 'Deploy it, or sign in from its dialog.');
        }
        return readOAuthSettings(deployed.node.saved, deployed.node.login);
    }
    const properties = plainObject(form.properties);
    const typed = plainObject(form.credentials);
    const isSameClient = deployed !== null && DESTINATION.every(name => isSame(properties[name], deployed.raw[name]));
    if (!isSameClient) {
        refuseVariables(DESTINATION.map(name => properties[name]));
    }
    const saved = Object.fromEntries(
        Object.entries(properties).map(([name, value]) => [name, valueOf(name, value, deployed)])
    );
    const credentials = Object.fromEntries(
        SECRETS.map(name => {
            const isStored = !isRetyped(typed[name]) || isSame(typed[name], deployed?.rawCredentials[name]);
            if (isSameClient && isStored) {
                return [name, deployed.node.login[name]];
            }
            if (!isRetyped(typed[name]) && text(deployed?.rawCredentials[name]) !== '') {
                throw notConfigured(
                    'the stored secret is not used for these settings',
                    'Enter client secret and refresh token again: stored ones are used only with the app they were deployed for.'
                );
            }
            const secret = isRetyped(typed[name]) ? text(typed[name]) : '';
            refuseVariables([secret]);
            return [name, secret];
        })
    );
    return readOAuthSettings(saved, credentials);
}
