/** The fields of a mail that thread an answer to it. */
export interface Thread {
    inReplyTo: string;
    references: string[];
}

/** What is known of the mail that is answered. */
export interface Parent {
    messageId: string;
    inReplyTo: string;
    references: readonly string[];
}

/** What smtp-out takes for a Message-ID: printable ASCII between the brackets. */
const MESSAGE_ID = /^<[\u0021-\u003b\u003d\u003f-\u007e]{1,500}>$/;
/** Programs with less memory than this break; the first id names the thread, the last ones its newest mails. */
const MAX_IDS = 50;
const MAX_CHARS = 4_000;

/**
 * In-Reply-To and References of an answer (RFC 5322 section 3.6.4): the parent's References, or its In-Reply-To when it
 * has none, and then the parent's Message-ID. Every id once; of a long thread the first and the latest are kept.
 */
export function threadOf(parent: Parent): Thread {
    const own = MESSAGE_ID.test(parent.messageId) ? parent.messageId : '';
    const earlier = parent.references.length > 0 ? parent.references : [parent.inReplyTo];
    const valid = earlier.filter(id => MESSAGE_ID.test(id) && id !== own);
    const ids = [...new Set(valid), ...(own === '' ? [] : [own])];
    return { inReplyTo: own, references: bound(ids) };
}

function bound(ids: readonly string[]): string[] {
    const [first = '', ...rest] = ids;
    const latest: string[] = [];
    let chars = first.length;
    for (const id of rest.reverse()) {
        chars += id.length + 1;
        if (latest.length === MAX_IDS - 1 || chars > MAX_CHARS) {
            break;
        }
        latest.unshift(id);
    }
    return first === '' ? [] : [first, ...latest];
}
