import { htmlToText, MAX_HTML_CHARS } from './html-text';
import type { MimeContent } from './mime-reader';

export interface BodyText {
    text: string;
    problem?: string;
}

/**
 * The text of a mail: its text parts; the text of the HTML when there are none, when they are blank (some senders leave
 * the alternative empty), and when HTML stands beside them, as in an HTML mail to which a list adds a footer as text.
 */
export function bodyText(content: Pick<MimeContent, 'text' | 'html' | 'isMixed'>): BodyText {
    const needsHtml = content.html !== '' && (content.isMixed || !/\S/.test(content.text));
    if (!needsHtml) {
        return { text: content.text };
    }
    const { text, cut } = htmlToText(content.html);
    return cut
        ? { text, problem: `Only the first ${MAX_HTML_CHARS} characters of the HTML were made into text.` }
        : { text };
}
