import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { MailError, MailErrorCode } from '../message/mail-error';
import { readChoice, readText, type SavedProperties } from './settings';

const TYPES = ['msg', 'flow', 'global', 'str', 'env', 'jsonata'] as const;
export type ValueType = (typeof TYPES)[number] | 'json';

/** A property that the editor saved as a pair `<name>` and `<name>Type`. */
export interface TypedProperty {
    type: ValueType;
    text: string;
    /** How the user knows it, for errors: "msg.to", or the label of the field. */
    field: string;
}

/**
 * Reads a typed property once, in the constructor.
 *
 * @param label what the field is called in the editor.
 * @param types what the field offers; the first stands for a type that was not saved.
 * @returns null when the field is empty: the node leaves the decision to the message.
 * @throws MailError INVALID_PROPERTY for a type the field does not offer, ENV_MISSING.
 */
export function readTyped(
    saved: SavedProperties,
    name: string,
    label: string,
    types: readonly [ValueType, ...ValueType[]] = TYPES
): TypedProperty | null {
    const type = readChoice(saved, `${name}Type`, types);
    const text = readText(saved, name);
    return text === '' ? null : { type, text, field: type === 'msg' ? `msg.${text}` : `${label} of the node` };
}

/**
 * Evaluates a typed property for a message; the value is undefined when it points at nothing.
 *
 * @throws MailError INVALID_PROPERTY when the expression or the context store fails.
 */
export async function evaluateTyped(
    RED: NodeAPI,
    node: Node,
    property: TypedProperty,
    msg: NodeMessage
): Promise<{ field: string; value: unknown }> {
    try {
        // always with a callback: JSONata and remote context stores know no other way, and the Promise catches what is
        // thrown all the same
        const value = await new Promise<unknown>((resolve, reject) =>
            RED.util.evaluateNodeProperty(property.text, property.type, node, msg, (error, result) =>
                error ? reject(error) : resolve(result)
            )
        );
        return { field: property.field, value };
    } catch (error) {
        throw new MailError({
            code: MailErrorCode.InvalidProperty,
            kind: 'configuration',
            step: 'configure',
            problem: `${property.field} cannot be evaluated: ${error instanceof Error ? error.message : String(error)}`,
            remedy: 'Correct the expression in the node.'
        });
    }
}
