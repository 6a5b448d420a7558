import type { MailAttachment } from '../message/types';
import { ADF_ROOT } from './adf';
import { BeyondLimit, MAX_TEXT_CHARS, MAX_XML_BYTES } from './limits';
import type { MailParts } from './mail-parts';
import { OPENIMMO_ROOT } from './openimmo';
import { decodeXml } from './xml-reader';

const ROOT = `<(?:[\\w.-]+:)?(?:${ADF_ROOT}|${OPENIMMO_ROOT})(?=[\\s>/])`;
const KNOWN_ROOT = new RegExp(ROOT, 'i');
/** Where a document begins in a text that may have words in front of it. */
const DOCUMENT = new RegExp(`<\\?(?:xml|adf)\\s|<!\\s*doctype\\s|${ROOT}`, 'i');
/** How far into a text or an attachment a document may begin. */
const PROLOG_CHARS = 4096;
const XML_NAME = /\.(?:xml|adf)$/i;
const XML_TYPE = /\bxml\b/i;

/** True when it holds a document that this project knows, whatever its name and type say. */
export function hasKnownRoot(source: string): boolean {
    return KNOWN_ROOT.test(source.slice(0, PROLOG_CHARS));
}

/** XML in attachments that were loaded, by their content. Files are not read: a path in a message may name any. */
export function attachedXml({ attachments }: MailParts): string[] {
    return attachments.flatMap(({ content, contentType, filename }) => {
        const bytes = Buffer.isBuffer(content) ? content : null;
        if (!bytes || !mayBeXml(bytes)) {
            return [];
        }
        const source = decodeXml(bytes);
        if (source === null && (XML_TYPE.test(String(contentType)) || XML_NAME.test(filename))) {
            throw new BeyondLimit(`an XML attachment of more than ${MAX_XML_BYTES} bytes`);
        }
        return source !== null && hasKnownRoot(source) ? [source] : [];
    });
}

/** XML that is the text of the mail. */
export function bodyXml({ text }: MailParts): string[] {
    if (text.length > MAX_TEXT_CHARS) {
        return [];
    }
    const start = text.slice(0, PROLOG_CHARS).search(DOCUMENT);
    const source = start < 0 ? '' : text.slice(start, text.lastIndexOf('>') + 1);
    return hasKnownRoot(source) ? [source] : [];
}

/** An attachment that may be XML and whose content is not in the message. */
export function unloadedXml({ attachments }: MailParts): MailAttachment | undefined {
    return attachments.find(
        ({ content, contentType, filename }) =>
            !Buffer.isBuffer(content) && (XML_TYPE.test(String(contentType)) || XML_NAME.test(filename))
    );
}

/** The first character that is not white space is "<", in one or two bytes. */
function mayBeXml(bytes: Buffer): boolean {
    const head = bytes.toString('latin1', 0, 64).replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '');
    return head.replace(/[\s\0]+/g, '').startsWith('<');
}
