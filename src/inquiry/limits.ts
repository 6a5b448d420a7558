/** Newsletters stay far below; what is larger is no inquiry, and reading it would hold up the runtime. */
export const MAX_HTML_CHARS = 512 * 1024;
export const MAX_TEXT_CHARS = 256 * 1024;
/** The largest digests hold some dozens. */
export const MAX_INQUIRIES = 200;
/** Forms end at some thousand characters. */
export const MAX_VALUE_CHARS = 10_000;
/** Different labels beyond this are no form; each one becomes a property that Node-RED clones at every wire. */
export const MAX_EXTRA = 200;
/** A feedback file with photos in it is none that a portal sends. */
export const MAX_XML_BYTES = 1024 * 1024;
export const MAX_XML_DEPTH = 32;
export const MAX_XML_ELEMENTS = 10_000;
/** Schema.org data in mails is flat; the depth is that of `JSON.parse`, which has no limit of its own. */
export const MAX_JSON_CHARS = 256 * 1024;
export const MAX_JSON_DEPTH = 32;
/** What `raw` keeps of one inquiry, in characters. */
export const MAX_RAW_CHARS = 20_000;

/** A mail went beyond a cap. Leaves src/inquiry only as a reason, never as an error of the flow. */
export class BeyondLimit extends Error {
    constructor(what: string) {
        super(what);
        this.name = 'BeyondLimit';
    }
}
