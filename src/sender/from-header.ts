import { splitHeaderBlock, type HeaderField, type HeaderFieldsResult } from './header-fields';
import { MAX_FIELD_BYTES, type MailboxResult, parseMailboxField } from './mailbox-parser';
import { refuse, SenderProblem } from './problems';

/** The fields that may be asked for a sender. From is the one that DMARC protects; the others prove nothing alone. */
export type SenderField = 'from' | 'sender' | 'reply-to' | 'return-path';

/** Reads the From of a raw header block: exactly one field with exactly one plain mailbox, else the reason. */
export function readFrom(block: Buffer): MailboxResult {
    return readSingleMailbox(splitHeaderBlock(block), 'from');
}

/**
 * Reads the one plain mailbox of a field from a raw header block that was split. Of Return-Path only the topmost counts: the receiving
 * server puts its own above whatever the sender wrote; `<>` there is refused as empty.
 */
export function readSingleMailbox(split: HeaderFieldsResult, field: SenderField): MailboxResult {
    if (!split.ok) {
        return split;
    }
    const named = split.fields.filter(candidate => candidate.key === field);
    const [first] = named;
    if (!first) {
        return refuse(SenderProblem.FieldMissing);
    }
    if (named.length > 1 && field !== 'return-path') {
        return refuse(SenderProblem.FieldRepeated);
    }
    return readMailbox(first);
}

function readMailbox(field: HeaderField): MailboxResult {
    if (field.obsolete) {
        return refuse(SenderProblem.FieldObsolete);
    }
    if (field.name.length + 1 + field.value.length > MAX_FIELD_BYTES) {
        return refuse(SenderProblem.FieldTooLong);
    }
    return parseMailboxField(field.value);
}
