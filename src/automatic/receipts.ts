import { shown } from './header-values';
import { readFieldBlocks, withoutType } from './report-fields';
import type { AutomaticVerdict } from './verdict';

/** Reads a disposition notification (RFC 8098 §3.2): `manual-action/MDN-sent-manually; displayed`. */
export function readDisposition(text: string): NonNullable<AutomaticVerdict['mdn']> {
    const fields = firstBlockWith(text, 'disposition');
    const [modes = '', ...rest] = (fields.get('disposition') ?? '').toLowerCase().split(';');
    const [mode = ''] = modes.trim().split('/', 1);
    // `displayed/error`, `deleted`: what follows the slash is a modifier
    const [disposition = ''] = rest.join(';').trim().split('/', 1);
    return {
        originalMessageId: shown(fields.get('original-message-id') ?? ''),
        disposition: shown(disposition),
        mode: shown(mode)
    };
}

/** Reads a feedback report (RFC 5965 §3). The id of the mail complained about stands in the mail itself. */
export function readFeedback(text: string): NonNullable<AutomaticVerdict['arf']> {
    const fields = firstBlockWith(text, 'feedback-type');
    const recipient = withoutType(fields.get('original-rcpt-to') ?? fields.get('removal-recipient') ?? '');
    return {
        type: shown((fields.get('feedback-type') ?? '').toLowerCase()),
        originalMessageId: '',
        recipient: shown(recipient.replace(/^<|>$/g, ''))
    };
}

function firstBlockWith(text: string, name: string): ReadonlyMap<string, string> {
    return readFieldBlocks(text).find(block => block.has(name)) ?? new Map<string, string>();
}
