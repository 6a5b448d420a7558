import type { NodeAPI } from 'node-red';
import { notConfigured } from '../message/mail-error';
import type { SavedProperties } from './settings';

/** What every node with secrets keeps for tests: its settings with variables filled in. */
export interface AccountSettingsHolder {
    saved: SavedProperties;
    login: SavedProperties;
}

/** In place of a secret that was not retyped, the editor has this. */
const NOT_RETYPED = '__PWRD__';
const VARIABLE = /^\$\{[^}]+\}$/;
const MAX_TEXT_CHARS = 10_000;

/** Whether a dialog sends a secret anew, be it empty. */
export function isRetyped(secret: unknown): boolean {
    return secret !== undefined && secret !== NOT_RETYPED;
}

/** A config node that is deployed, as its constructor got it and as it stands in the flow. */
export interface Deployed {
    node: AccountSettingsHolder;
    /** As saved in the flow, variables not filled in. */
    raw: Readonly<Record<string, unknown>>;
    rawCredentials: Readonly<Record<string, unknown>>;
}

/** null when there is no such node, or it is of another type or unusable. */
export function findDeployed(RED: NodeAPI, type: string, id: string): Deployed | null {
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
export function valueOf(name: string, value: unknown, deployed: Deployed | null): unknown {
    if (deployed && JSON.stringify(value) === JSON.stringify(deployed.raw[name])) {
        return deployed.node.saved[name];
    }
    refuseVariables([value].flat());
    return value;
}

/** Throws MailError for the first value that names a variable. */
export function refuseVariables(values: readonly unknown[]): void {
    const variable = values.find(value => typeof value === 'string' && VARIABLE.test(value));
    if (variable !== undefined) {
        throw notConfigured(
            `the variable ${String(variable).slice(0, 100)} is filled in only for an account that is deployed as it is`,
            'Deploy the account, then test it.'
        );
    }
}

export function isSame(form: unknown, saved: unknown): boolean {
    return text(form) === text(saved);
}

/** Numbers and boxes may have been saved as text, and text as numbers. */
export function text(value: unknown): string {
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** What came from a browser: an object of texts, numbers, boxes and lists of texts, without a prototype. */
export function plainObject(value: unknown): Record<string, unknown> {
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
