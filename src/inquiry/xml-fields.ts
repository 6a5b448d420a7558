import { Draft } from './draft';
import { normaliseLabel } from './labels';
import type { Field, ProfileData } from './profile';
import type { XmlNode } from './xml-reader';

/**
 * Reads XML of a portal that keeps to no published format, by the names that its profile gives. Every element without
 * children is a field; what the profile does not name is kept in `extra`. Without a record element, the whole document is
 * one inquiry.
 */
export function readXmlFields(root: XmlNode, { records, fields }: NonNullable<ProfileData['xml']>): Draft[] {
    const names = new Map(Object.entries(fields).map(([name, field]) => [normalise(name), field]));
    const wanted = new Set(records.map(normalise));
    const nodes = wanted.size === 0 ? [root] : findRecords(root, wanted);
    return nodes.map(node => {
        const draft = new Draft();
        readLeaves(node, names, draft);
        return draft;
    });
}

/** The outermost records: one inside another is a part of it. */
function findRecords(node: XmlNode, wanted: ReadonlySet<string>): XmlNode[] {
    return wanted.has(normalise(node.name)) ? [node] : node.children.flatMap(child => findRecords(child, wanted));
}

function readLeaves(node: XmlNode, fields: ReadonlyMap<string, Field>, draft: Draft): void {
    for (const child of node.children) {
        const field = fields.get(normalise(`${node.name}.${child.name}`)) ?? fields.get(normalise(child.name));
        if (child.children.length > 0 && field === undefined) {
            readLeaves(child, fields, draft);
        } else if (field === undefined || !draft.set(field, child.text, child.name)) {
            draft.keep(child.name, child.text);
        }
    }
}

/** "caller_number", "callerNumber" and "caller-number" are spellings of one name. */
function normalise(name: string): string {
    return normaliseLabel(name).replace(/[_-]/g, '');
}
