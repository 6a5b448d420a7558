import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { classify } from '../../src/automatic/classify';
import { readAutomaticInput } from '../../src/automatic/message-input';
import type { AutomaticVerdict } from '../../src/automatic/verdict';
import { readMail } from '../../src/message/read-mail';
import type { ContentMode } from '../../src/message/types';
import { mailMeta } from './raw-mail';

/** A mail of the collection, with the kind it is. */
export interface KnownMail {
    kind: string;
    /** What is special about it. */
    name: string;
    raw: Buffer;
}

const FOLDER = join(__dirname, '..', 'fixtures', 'automatic');
const TITLE = /^=== ([a-z-]+) \| (.+)$/m;

/** Mails written by hand in the manner of mail servers, answering machines and people; each begins with its title. */
export function automaticMails(): KnownMail[] {
    return ['bounces', 'answers', 'people'].flatMap(file => {
        const sections = readFileSync(join(FOLDER, `${file}.txt`), 'utf8').split(/^(?==== )/m);
        return sections.flatMap(section => {
            const [title = '', kind = '', name = ''] = TITLE.exec(section) ?? [];
            const text = section.slice(title.length + 1);
            return kind === '' ? [] : [{ kind, name, raw: Buffer.from(text.replace(/\n/g, '\r\n')) }];
        });
    });
}

/** The verdict that a flow gets for these bytes. */
export async function verdictOf(raw: Buffer, content: ContentMode = 'text'): Promise<AutomaticVerdict> {
    const options = { content, attachments: 'none', attachmentsDir: '', oversize: false } as const;
    return classify(readAutomaticInput(await readMail(raw, mailMeta(), options)));
}
