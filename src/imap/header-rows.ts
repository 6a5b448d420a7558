/** Hears of one mail: its UID, and the block with the field that was asked for, in memory that it may not keep. */
export type OnHeader = (uid: number, block: Buffer) => void;

/** The row has begun, and more of it is needed to tell what it is. */
export const INCOMPLETE = -1;

/** What is longer is left to the parser: no From field that names somebody needs as much, and it is held meanwhile. */
const MAX_ROW_BYTES = 16 * 1024;
const MAX_LINE_BYTES = 256;
const LF = 0x0a;
const STAR = 0x2a;

/** A folder that was selected for changes gives the mod-sequence with every row (RFC 7162 section 3.1.4). */
const ITEM = '(?:UID \\d{1,10}|MODSEQ \\(\\d{1,20}\\))';
const END = new RegExp(`^((?: ${ITEM})*)\\)\\r?\\n$`, 'i');
const UID = /UID \d+/gi;

/**
 * Reads rows of a fetch that asked for the UID and one header field: `* 3 FETCH (UID 7 BODY[HEADER.FIELDS (FROM)] {20}`,
 * the block and `)`. Of a large folder there is one for each mail, and imapflow takes 40 µs for what is to be seen at a
 * glance. Whatever looks otherwise is not read, and its parser decides about it.
 */
export class HeaderRows {
    readonly #begin: RegExp;
    readonly #onHeader: OnHeader;

    /** @param field name of the header field, letters only. */
    constructor(field: string, onHeader: OnHeader) {
        this.#begin = new RegExp(
            `^\\* \\d{1,10} FETCH \\(((?:${ITEM} )*)BODY\\[HEADER\\.FIELDS \\("?${field}"?\\)\\] \\{(\\d{1,5})\\}\\r?\\n$`,
            'i'
        );
        this.#onHeader = onHeader;
    }

    /** Returns the index behind a row that begins here and was read, `at` when there is none, or INCOMPLETE. */
    read(bytes: Buffer, at: number): number {
        if (bytes[at] !== STAR) {
            return at;
        }
        const block = bytes.indexOf(LF, at) + 1;
        if (block === 0) {
            return bytes.length - at < MAX_LINE_BYTES ? INCOMPLETE : at;
        }
        const begin = block - at <= MAX_LINE_BYTES ? this.#begin.exec(bytes.toString('latin1', at, block)) : null;
        if (!begin) {
            return at;
        }
        const behind = block + Number(begin[2]);
        const next = behind < bytes.length ? bytes.indexOf(LF, behind) + 1 : 0;
        if ((next || behind) - at > MAX_ROW_BYTES) {
            return at;
        }
        if (next === 0) {
            return bytes.length - at <= MAX_ROW_BYTES ? INCOMPLETE : at;
        }
        const end = END.exec(bytes.toString('latin1', behind, next));
        const uids = end && `${begin[1]}${end[1]}`.match(UID);
        if (uids?.length !== 1) {
            return at;
        }
        this.#onHeader(Number(uids[0].slice('UID '.length)), bytes.subarray(block, behind));
        return next;
    }
}
