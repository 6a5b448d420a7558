import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { MailError, MailErrorCode } from '../message/mail-error';
import type { SavedProperties } from './settings';
import { evaluateTyped, readTyped, type TypedProperty } from './typed-value';

const TYPES = ['str', 'msg', 'flow', 'global', 'env', 'jsonata'] as const;

/** Reads the property `folder` of a node once; null when it is empty. Throws like readTyped. */
export function readFolderProperty(saved: SavedProperties): TypedProperty | null {
    return readTyped(saved, 'folder', 'Folder', TYPES);
}

/**
 * The folder that a message is for.
 *
 * @param fallback for a node without a folder.
 * @throws MailError INVALID_PROPERTY when the value is no name: a message without one must not go anywhere else.
 */
export async function folderFor(
    RED: NodeAPI,
    node: Node,
    property: TypedProperty | null,
    msg: NodeMessage,
    fallback = ''
): Promise<string> {
    if (!property) {
        return fallback;
    }
    const { field, value } = await evaluateTyped(RED, node, property, msg);
    if (typeof value !== 'string' || value.trim() === '' || /\p{Cc}/u.test(value)) {
        throw new MailError({
            code: MailErrorCode.InvalidProperty,
            kind: 'configuration',
            step: 'configure',
            problem: `${field} must name a folder`,
            remedy: 'A name is text without control characters.'
        });
    }
    return value;
}

/** @throws MailError INVALID_PROPERTY, when the node starts and not at its first mail. */
export function requireFolder(property: TypedProperty | null): void {
    if (!property) {
        throw new MailError({
            code: MailErrorCode.InvalidProperty,
            kind: 'configuration',
            step: 'configure',
            problem: 'no folder is named',
            remedy: 'Name the folder in the node.'
        });
    }
}
