import { decodeCharset } from './charset';
import { unquote } from './transfer-encoding';

/** RFC 2047 §2, lenient: mailers leave blanks inside and exceed 75 characters. */
const WORD = /=\?([\w.:*+-]{1,60})\?([bq])\?([^?]*)\?=/gi;
const BLANK = /^\s*$/;

/** Words that stand together and name the same charset. */
interface Run {
    charset: string;
    bytes: Buffer[];
}

/**
 * Decodes the encoded words (RFC 2047) in an unfolded text. Blanks between two words are no text (§6.2), and words of
 * one charset are decoded together, because many mailers cut a character in two although §5 forbids it. What is no
 * encoded word stays. Never throws. The result may hold any character, line breaks too.
 */
export function decodeEncodedWords(text: string): string {
    if (!text.includes('=?')) {
        return text;
    }
    let decoded = '';
    let run: Run | null = null;
    let end = 0;
    for (const match of text.matchAll(WORD)) {
        const [word, charset = '', encoding = '', content = ''] = match;
        const between = text.slice(end, match.index);
        if (!run || !BLANK.test(between) || run.charset !== charset.toLowerCase()) {
            decoded += textOf(run) + (run && BLANK.test(between) ? '' : between);
            run = { charset: charset.toLowerCase(), bytes: [] };
        }
        run.bytes.push(encoding.toLowerCase() === 'b' ? Buffer.from(content, 'base64') : bytesOfQ(content));
        end = match.index + word.length;
    }
    return decoded + textOf(run) + text.slice(end);
}

function textOf(run: Run | null): string {
    return run ? decodeCharset(Buffer.concat(run.bytes), run.charset) : '';
}

/** The Q encoding (RFC 2047 §4.2); raw 8-bit text in it is kept as UTF-8. */
function bytesOfQ(content: string): Buffer {
    const bytes = Buffer.from(content.replace(/[_\s]/g, ' '));
    return Buffer.from(unquote(bytes.toString('latin1')), 'latin1');
}
