/**
 * Why a field names no sender. The sentences end up in `msg.mail.fromProblem`, where flows compare them: they are
 * stable, and they name no field because From, Sender, Reply-To and Return-Path share them.
 */
export const SenderProblem = {
    // the header block
    ControlCharacter: 'The header holds a control character.',
    LineEnd: 'The header holds a line end that is not CRLF.',
    FirstLineFolded: 'The header begins with white space.',
    NotAField: 'A line of the header is not a field.',
    TextAfterHeader: 'Text follows the end of the header.',
    // the field
    FieldMissing: 'The field is missing.',
    FieldRepeated: 'The field occurs more than once.',
    FieldObsolete: 'White space stands before the colon of the field.',
    FieldTooLong: 'The field is longer than 2,000 bytes.',
    BadFold: 'The field is folded wrongly.',
    // its words
    OpenQuote: 'A quoted string is not closed properly.',
    OpenComment: 'The parentheses of a comment do not balance.',
    StrayBackslash: 'A backslash stands outside quotation marks.',
    // its mailbox
    Empty: 'The field is empty.',
    NoAddress: 'There is no plain address.',
    List: 'It is a list; exactly one mailbox is expected.',
    Group: 'It is a group or a source route; exactly one mailbox is expected.',
    DomainLiteral: 'The domain is an address literal.',
    Brackets: 'The angle brackets do not surround exactly one address.',
    AtInName: 'An unquoted @ stands in the display name.',
    ManyAts: 'The address has more than one @.',
    GapInAddress: 'White space or a comment stands inside the address.',
    BadLocal: 'The part before the @ is malformed.',
    LocalTooLong: 'The part before the @ is longer than 64 bytes.',
    EncodedAddress: 'An encoded word stands in the address.',
    BadDomain: 'The domain is malformed.',
    DomainTooLong: 'The domain is longer than 253 bytes.',
    DomainNotCanonical: 'The international domain is not in its canonical form.'
} as const;
export type SenderProblem = (typeof SenderProblem)[keyof typeof SenderProblem];

/** A refusal, the same everywhere on the way from bytes to a verdict. */
export interface Refusal {
    ok: false;
    problem: SenderProblem;
}

/** Shortens the most frequent statement of the parsers. */
export function refuse(problem: SenderProblem): Refusal {
    return { ok: false, problem };
}
