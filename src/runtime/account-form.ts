import type { NodeAPI } from 'node-red';
import { notConfigured } from '../message/mail-error';
import type { SavedProperties } from './settings';

/** What a dialog sends: the account as it stands there, deployed or not. Without properties the deployed one is meant. */
export interface AccountForm {
    properties?: unknown;
    credentials?: unknown;
}

/** What every account node keeps for tests, besides the account itself: its settings with variables filled in. */
export interface AccountSettingsHolder {
    saved: SavedProperties;
    login: SavedProperties;
}

/** Settings that a test may use. */
export interface FormSettings {
    saved: SavedProperties;
    credentials: SavedProperties;
}

/** Where a secret goes, and how. While one of these differs from what is deployed, no stored secret is used. */
const DESTINATION = ['host', 'port', 'security', 'verify', 'tls', 'auth'] as const;
/** In place of a password that was not retyped, the editor has this. */
const NOT_RETYPED = '__PWRD__';
const VARIABLE = /^\$\{[^}]+\}$/;
const MAX_TEXT_CHARS = 10_000;

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
    const isRetyped = typed['password'] !== undefined && typed['password'] !== NOT_RETYPED;
    const isSameServer =
        deployed !== null &&
        DESTINATION.every(name => isSame(properties[name], deployed.raw[name])) &&
        isSame(user, deployed.rawCredentials['user']);
    if (!isSameServer) {
        refuseVariables([...DESTINATION.map(name => properties[name]), user, typed['password']]);
        if (!isRetyped && properties['auth'] !== 'none') {
            throw notConfigured(
                'the password is not known for these settings',
                'Enter the password again: a stored one is used only with the server and user it was deployed for.'
            );
        }
    }
    const saved = Object.fromEntries(
        Object.entries(properties).map(([name, value]) => [name, valueOf(name, value, deployed)])
    );
    const isStored = isSameServer && (!isRetyped || isSame(typed['password'], deployed.rawCredentials['password']));
    const password = isStored ? deployed.node.login['password'] : text(typed['password']);
    refuseVariables([isStored ? '' : password]);
    return { saved, credentials: { user: isSameServer ? deployed.node.login['user'] : user, password } };
}

interface Deployed {
    node: AccountSettingsHolder;
    /** As saved in the flow, variables not filled in. */
    raw: Readonly<Record<string, unknown>>;
    rawCredentials: Readonly<Record<string, unknown>>;
}

function findDeployed(RED: NodeAPI, type: string, id: string): Deployed | null {
    const node = RED.nodes.getNode(id) as unknown as ({ type: string } & Partial<AccountSettingsHolder>) | null;
    if (node?.type !== type || !node.saved || !node.login) {
        return null;
    }
    let raw: Record<string, unknown> = {};
    RED.nodes.eachNode(saved => {
        if (saved.id === id) {
            raw = saved as unknown as Record<string, unknown>;
        }
    });
    const rawCredentials = (RED.nodes.getCredentials(id) ?? {}) as Record<string, unknown>;
    return { node: { saved: node.saved, login: node.login }, raw, rawCredentials };
}

/** The deployed value where the form says the same as the flow; otherwise what the form says, which is no variable. */
function valueOf(name: string, value: unknown, deployed: Deployed | null): unknown {
    if (deployed && JSON.stringify(value) === JSON.stringify(deployed.raw[name])) {
        return deployed.node.saved[name];
    }
    refuseVariables([value].flat());
    return value;
}

function refuseVariables(values: readonly unknown[]): void {
    const variable = values.find(value => typeof value === 'string' && VARIABLE.test(value));
    if (variable !== undefined) {
        throw notConfigured(
            `the variable ${String(variable).slice(0, 100)} is filled in only for an account that is deployed as it is`,
            'Deploy the account, then test it.'
        );
    }
}

function isSame(form: unknown, saved: unknown): boolean {
    return text(form) === text(saved);
}

/** Numbers and boxes may have been saved as text, and text as numbers. */
function text(value: unknown): string {
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** What came from a browser: an object of texts, numbers, boxes and lists of texts, without a prototype. */
function plainObject(value: unknown): Record<string, unknown> {
    const plain = Object.create(null) as Record<string, unknown>;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        for (const [name, item] of Object.entries(value)) {
            const items = [item].flat() as unknown[];
            const isPlain = items.length <= 1_000 && items.every(part => text(part).length <= MAX_TEXT_CHARS);
            if (isPlain) {
                plain[name] = Array.isArray(item) ? items.map(text) : typeof item === 'object' ? undefined : item;
            }
        }
    }
    return plain;
}
