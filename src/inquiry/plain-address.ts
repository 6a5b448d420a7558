import { type Mailbox, parseAddress } from '../sender/mailbox-parser';

/** At least two labels: a form passes on what was typed, and not every word with an @ in it is an address. */
const HOST_NAME = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/;

/** Reads text that must be one address, with or without the words that mail programs put around it. */
export function plainAddress(value: string): Mailbox | null {
    const [first = ''] = value
        .trim()
        .split(/[\s<>[\]()]+/)
        .filter(part => part.includes('@'));
    const result = parseAddress(first.replace(/^mailto:/i, '').replace(/[.,;]+$/, ''));
    return result.ok && HOST_NAME.test(result.mailbox.domain) ? result.mailbox : null;
}
