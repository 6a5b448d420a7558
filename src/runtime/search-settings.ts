import type { SearchObject } from 'imapflow';
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { readContentSettings } from '../delivery/content-settings';
import type { ReaderOptions } from '../delivery/mail-reader';
import { parseSearch } from '../imap/search-query';
import { MailError, MailErrorCode } from '../message/mail-error';
import { readFolderProperty } from './folder-value';
import { readText, readWholeNumber, type SavedProperties } from './settings';
import { evaluateTyped, readTyped, type TypedProperty } from './typed-value';

const TYPES = ['json', 'msg', 'flow', 'global', 'env', 'jsonata'] as const;
/** Enough for a look at what came lately; a forgotten limit must not bring ten years of mail into a flow. */
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000_000;

/** The checked configuration of a search-mail node. */
export interface SearchSettings {
    account: string;
    /** null: INBOX. */
    folder: TypedProperty | null;
    search: TypedProperty;
    limit: number;
    reader: ReaderOptions;
}

/**
 * Reads the saved properties of a search-mail node. A search that stands in the node is checked here.
 *
 * @param baseDir what a relative attachments folder is relative to: the user directory.
 * @throws MailError with a code of the group "settings".
 */
export function readSearchSettings(saved: SavedProperties, baseDir: string): SearchSettings {
    const search = readTyped(saved, 'search', 'Search', TYPES);
    if (!search) {
        throw noCondition('the search of the node');
    }
    if (search.type === 'json') {
        checkSearch(search.field, search.text);
    }
    return {
        account: readText(saved, 'account'),
        folder: readFolderProperty(saved),
        search,
        limit: readWholeNumber(saved, 'limit', { fallback: DEFAULT_LIMIT, min: 1, max: MAX_LIMIT }),
        reader: readContentSettings(saved, baseDir)
    };
}

/** The conditions for a message. Throws MailError INVALID_SEARCH: a search without conditions would match everything. */
export async function searchFor(
    RED: NodeAPI,
    node: Node,
    property: TypedProperty,
    msg: NodeMessage
): Promise<SearchObject> {
    if (property.type === 'json') {
        return checkSearch(property.field, property.text);
    }
    const { field, value } = await evaluateTyped(RED, node, property, msg);
    return checkSearch(field, value);
}

function checkSearch(field: string, value: unknown): SearchObject {
    const query = parseSearch(value);
    if (!query) {
        throw noCondition(field);
    }
    return query;
}

function noCondition(field: string): MailError {
    return new MailError({
        code: MailErrorCode.InvalidSearch,
        kind: 'configuration',
        step: 'configure',
        problem: `${field} has no condition`,
        remedy: 'Name at least one, such as {"seen": false}; {"deleted": false} finds all mail.'
    });
}
