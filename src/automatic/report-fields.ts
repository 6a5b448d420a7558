/** The fields of one block by their lower-case name; of a repeated field the first counts. */
export type FieldBlock = ReadonlyMap<string, string>;

/** RFC 3464 §2: a block for the message and one for each recipient; a list server may have thousands of these. */
const MAX_BLOCKS = 201;
const FIELD = /^([A-Za-z][A-Za-z0-9-]{0,60})[ \t]*:(.*)$/;

/**
 * Reads blocks of `Name: value` lines, separated by empty lines, as delivery reports, receipts and complaints hold
 * them. Lines that are no field are passed over. Never throws; time linear in the text.
 */
export function readFieldBlocks(text: string): FieldBlock[] {
    const blocks: Map<string, string>[] = [];
    let block = new Map<string, string>();
    let name = '';
    for (const line of [...text.split(/\r?\n/), '']) {
        if (line.trim() === '') {
            if (block.size > 0 && blocks.push(block) === MAX_BLOCKS) {
                return blocks;
            }
            block = new Map();
            name = '';
            continue;
        }
        const [, field = '', value = ''] = FIELD.exec(line) ?? [];
        if (field !== '') {
            name = field.toLowerCase();
            if (!block.has(name)) {
                block.set(name, value.trim());
            }
        } else if (name !== '' && /^[ \t]/.test(line)) {
            block.set(name, `${block.get(name) ?? ''} ${line.trim()}`);
        } else {
            name = '';
        }
    }
    return blocks;
}

/** What stands behind the type in `rfc822; x@example.com` and `smtp; 550 no such user`; all of it without a type. */
export function withoutType(value: string): string {
    const semicolon = value.indexOf(';');
    return /^[A-Za-z0-9-]+\s*$/.test(value.slice(0, Math.max(0, semicolon)))
        ? value.slice(semicolon + 1).trim()
        : value.trim();
}
