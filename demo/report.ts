import type { InquiryContact, InquiryItem } from '../src/inquiry/types';
import type { MailboxCount } from './mailbox';

/** The part of an inquiry that the demo shows; a mail may leave out any of them. */
export interface ShownInquiry {
    contact: Pick<InquiryContact, 'name' | 'email' | 'phones'>;
    item: Pick<InquiryItem, 'title'>;
    inquiry: { text?: string };
}

const NAME_WIDTH = 20;
const MACHINE_WIDTH = 32;
const WAY_WIDTH = 20;
const TEXT_WIDTH = 40;
/** How many inquiries stand between two looks at the rest of the mailbox. */
const SUMMARY_EVERY = 3;

/** What the reader sees: a short introduction, a line per inquiry, now and then the state of the mailbox. */
export class Report {
    readonly #print: (line: string) => void;
    readonly #count: () => MailboxCount;
    #inquiries = 0;

    constructor(print: (line: string) => void, count: () => MailboxCount) {
        this.#print = print;
        this.#count = count;
    }

    introduction(editor: string, senders: readonly string[]): void {
        this.#print('');
        this.#print(`  Editor   ${editor}`);
        this.#print('  End      Ctrl-C');
        this.#print('');
        this.#print('  A mailbox in memory gets a mail every few seconds. The flow in the editor takes the inquiries,');
        this.#print(`  which come from ${senders.join(' and ')},`);
        this.#print('  reads them and leaves all other mail alone.');
        this.#print('');
        this.#print("  What comes out of the flow (the whole of it is in the editor's debug sidebar):");
        this.#print('');
    }

    inquiry({ contact, item, inquiry }: ShownInquiry): void {
        this.#inquiries++;
        const number = String(this.#inquiries).padStart(3);
        const who = pad(contact.name ?? '(no name)', NAME_WIDTH);
        const what = pad(item.title ?? '(no machine)', MACHINE_WIDTH);
        const [phone] = contact.phones ?? [];
        const way = pad(phone?.e164 ?? phone?.raw ?? contact.email ?? '', WAY_WIDTH);
        this.#print(`  ${number}  ${who}  ${what}  ${way}  ${pad(inquiry.text ?? '', TEXT_WIDTH)}`.trimEnd());
        if (this.#inquiries % SUMMARY_EVERY === 0) {
            this.summary();
        }
    }

    summary(): void {
        const { mails, unread, strangers, strangersRead } = this.#count();
        const read = strangersRead === 0 ? 'none of them loaded' : `${strangersRead} of them loaded`;
        const left = `${strangers} ${strangers === 1 ? 'mail' : 'mails'} of strangers left alone, ${read}`;
        const state = unread === mails ? `all ${mails} mails still unread` : `${unread} of ${mails} mails unread`;
        this.#print(`       ${left}; ${state}`);
    }

    trouble(text: string): void {
        this.#print(`  !    ${oneLine(text)}`);
    }

    end(): void {
        this.#print('');
        this.#print(`  ${this.#inquiries} ${this.#inquiries === 1 ? 'inquiry' : 'inquiries'} imported.`);
        this.summary();
        this.#print('');
    }
}

/** Mail may hold control characters, and a terminal would obey them. */
function oneLine(text: string): string {
    return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}

function pad(text: string, width: number): string {
    const line = oneLine(text);
    return line.length > width ? `${line.slice(0, width - 1)}…` : line.padEnd(width);
}
