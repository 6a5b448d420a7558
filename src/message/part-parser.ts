import { MailParser } from 'mailparser';
import { MAX_HEADER_BYTES } from './header-collector';

/** Each part costs memory until the mail is read, and each level of nesting a look at every line that begins with "--". */
export const MAX_PARTS = 1000;

/**
 * The MIME parser, set so that nothing is done twice: addresses, dates and the text of HTML are read elsewhere. Emits
 * one item for each attachment, which must be read and released, and at the end one with the texts.
 */
export class PartParser extends MailParser {
    constructor() {
        super({
            // nobody uses the sums, and md5 is missing under FIPS
            checksumAlgo: false,
            // read by machines, so neither text nor lost
            keepDeliveryStatus: true,
            // a forwarded message is one attachment; what stands in it was not written by this mail's sender
            ignoreEmbedded: true,
            // never converts; textConversionError then says that HTML stands beside the text, not as its alternative
            maxHtmlLengthToParse: 0,
            maxHeadSize: MAX_HEADER_BYTES,
            maxChildNodes: MAX_PARTS
        });
    }

    /** Called for text parts that stand between HTML parts: without them the HTML would not be the whole mail. */
    override textToHtml(text: string): string {
        const escaped = text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
        return `<pre style="white-space: pre-wrap">${escaped}</pre>`;
    }
}
