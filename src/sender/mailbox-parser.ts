import { isUtf8 } from 'node:buffer';
import { bytesToText, commentText, displayName } from './display-name';
import { canonicalDomain } from './domain';
import { findForbiddenByte } from './header-fields';
import { type Token, tokenize, type TokensResult } from './mailbox-tokens';
import { refuse, type Refusal, SenderProblem } from './problems';

/** Exactly one plain mailbox. */
export interface Mailbox {
    /** local@domain: the local part quoted where it has to be, the domain as A-labels in lower case. */
    address: string;
    /** Without quotation marks and quoted-pairs. */
    local: string;
    domain: string;
    /** Decoded for people; may say anything, so never decide by it. */
    name: string;
    /** Comments are valid beside an address and may hold another one. */
    comments: string[];
}

export type MailboxResult = { ok: true; mailbox: Mailbox } | Refusal;

/** RFC 5322 §2.1.1 allows 998 bytes a line; no honest From needs two of them. */
export const MAX_FIELD_BYTES = 2_000;
/** RFC 5321 §4.5.3.1.1. */
const MAX_LOCAL_BYTES = 64;

/** `Name <local@domain>` of letters and digits: nothing in it is quoted, encoded, folded or a comment. */
const PLAIN = /^ ?(?:([A-Za-z\d]+(?: [A-Za-z\d]+)*) )?<([\w+-]+(?:\.[\w+-]+)*)@([A-Za-z\d-]+(?:\.[A-Za-z\d-]+)*)>$/;
const MAX_PLAIN_BYTES = 200;
/** A CRLF must be followed by white space and then by something: a blank line ends the header for some parsers. */
const BAD_FOLD = /\r\n(?![ \t]+[^ \t\r])/;
const ENCODED_WORD = /=\?[^?]*\?[bq]\?/i;
/** Atoms with dots between them, so that no quotation marks are needed (RFC 5322 §3.2.3, RFC 6532 §3.2). */
const DOT_ATOM = /^[^\s.()<>[\]:;@\\,"]+(?:\.[^\s.()<>[\]:;@\\,"]+)*$/;
/** Invisible characters make two different addresses look the same. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\ufffd]|(?! )\p{Zs}/u;

/**
 * Reads a field value that must hold one plain mailbox: `addr-spec`, or an optional phrase and `<addr-spec>`. Lists,
 * groups, source routes, domain literals and everything that parsers are known to read in different ways are refused,
 * the obsolete grammar of RFC 5322 §4 among them. Never throws; time linear in the size.
 *
 * @param value the bytes of a header field, folded or not, or text.
 */
export function parseMailbox(value: Buffer | string): MailboxResult {
    return parseMailboxField(toBytes(value));
}

/** The same for text of one character a byte. */
export function parseMailboxField(value: string): MailboxResult {
    const plain = readPlain(value);
    if (plain) {
        return plain;
    }
    const cut = cutValue(value);
    if (!cut.ok) {
        return cut;
    }
    const { tokens, comments } = cut;
    const open = tokens.findIndex(token => isSpecial(token, '<'));
    if (open < 0) {
        return readAddress(tokens, [], comments);
    }
    const phrase = tokens.slice(0, open);
    const close = tokens.findIndex(token => isSpecial(token, '>'));
    const problem = problemOfPhrase(phrase) ?? problemBehind(tokens, close);
    return problem ? refuse(problem) : readAddress(tokens.slice(open + 1, close), phrase, comments);
}

/** What most mail has, at a tenth of the cost of the rules below, which read the same in it. Null for everything else. */
function readPlain(value: string): MailboxResult | null {
    const match = value.length <= MAX_PLAIN_BYTES ? PLAIN.exec(value) : null;
    if (!match) {
        return null;
    }
    const [, name = '', local = '', written = ''] = match;
    const domain = canonicalDomain(written);
    return domain.ok && local.length <= MAX_LOCAL_BYTES
        ? {
              ok: true,
              mailbox: { address: `${local}@${domain.domain}`, local, domain: domain.domain, name, comments: [] }
          }
        : null;
}

/** Reads text that must be an address and nothing else: no name, no brackets, no comment, no white space around it. */
export function parseAddress(text: string): MailboxResult {
    const bytes = toBytes(text);
    const cut = cutValue(bytes);
    if (!cut.ok) {
        return cut;
    }
    return writtenSize(cut.tokens) < bytes.length
        ? refuse(SenderProblem.GapInAddress)
        : readAddress(cut.tokens, [], []);
}

/** Text of one character a byte. */
function toBytes(value: Buffer | string): string {
    return (typeof value === 'string' ? Buffer.from(value, 'utf8') : value).toString('latin1');
}

function cutValue(value: string): TokensResult {
    if (value.length > MAX_FIELD_BYTES) {
        return refuse(SenderProblem.FieldTooLong);
    }
    const forbidden = findForbiddenByte(value);
    if (forbidden) {
        return refuse(forbidden);
    }
    return BAD_FOLD.test(value) ? refuse(SenderProblem.BadFold) : tokenize(value);
}

function isSpecial(token: Token | undefined, text: string): boolean {
    return token?.kind === 'special' && token.text === text;
}

function writtenSize(tokens: readonly Token[]): number {
    return tokens.reduce((sum, token) => sum + token.size, 0);
}

/** Unquoted dots are accepted beyond the grammar, because real senders write `Example.com Team <…>`. */
function problemOfPhrase(phrase: readonly Token[]): SenderProblem | null {
    const special = phrase.find(token => token.kind === 'special' && token.text !== '.');
    if (!special) {
        return null;
    }
    return special.text === '@' ? SenderProblem.AtInName : problemOfSpecial(special.text);
}

function problemBehind(tokens: readonly Token[], close: number): SenderProblem | null {
    if (close < 0) {
        return SenderProblem.Brackets;
    }
    const next = tokens[close + 1];
    if (!next) {
        return null;
    }
    return next.kind === 'special' ? problemOfSpecial(next.text) : SenderProblem.Brackets;
}

function problemOfSpecial(text: string): SenderProblem {
    switch (text) {
        case ',':
        case ';':
            return SenderProblem.List;
        case ':':
            return SenderProblem.Group;
        case '[':
        case ']':
            return SenderProblem.DomainLiteral;
        default:
            return SenderProblem.Brackets;
    }
}

/** Reads `addr-spec` and puts the mailbox together. */
function readAddress(tokens: readonly Token[], phrase: readonly Token[], comments: readonly string[]): MailboxResult {
    if (tokens.length === 0) {
        return refuse(SenderProblem.Empty);
    }
    const foreign = tokens.find(token => token.kind === 'special' && token.text !== '.' && token.text !== '@');
    if (foreign) {
        return refuse(problemOfSpecial(foreign.text));
    }
    const at = tokens.findIndex(token => isSpecial(token, '@'));
    if (at < 0) {
        return refuse(SenderProblem.NoAddress);
    }
    if (tokens.some((token, index) => index > at && isSpecial(token, '@'))) {
        return refuse(SenderProblem.ManyAts);
    }
    if (tokens.some((token, index) => (index > 0 && token.gap) || token.folded)) {
        return refuse(SenderProblem.GapInAddress);
    }
    const local = readLocal(tokens.slice(0, at));
    if (!local.ok) {
        return local;
    }
    const domain = readDomain(tokens.slice(at + 1));
    if (!domain.ok) {
        return domain;
    }
    const mailbox = {
        address: `${quoteLocal(local.text)}@${domain.domain}`,
        local: local.text,
        domain: domain.domain,
        name: displayName(phrase),
        comments: comments.map(commentText)
    };
    return { ok: true, mailbox };
}

function readLocal(tokens: readonly Token[]): { ok: true; text: string } | Refusal {
    if (writtenSize(tokens) > MAX_LOCAL_BYTES) {
        return refuse(SenderProblem.LocalTooLong);
    }
    const [first] = tokens;
    const bytes = tokens.length === 1 && first?.kind === 'quoted' ? first.text : dotAtom(tokens);
    if (!bytes || !isUtf8(Buffer.from(bytes, 'latin1'))) {
        return refuse(SenderProblem.BadLocal);
    }
    const text = bytesToText(bytes);
    if (INVISIBLE.test(text) || text.normalize('NFC') !== text) {
        return refuse(SenderProblem.BadLocal);
    }
    return ENCODED_WORD.test(text) ? refuse(SenderProblem.EncodedAddress) : { ok: true, text };
}

function readDomain(tokens: readonly Token[]): ReturnType<typeof canonicalDomain> {
    const bytes = dotAtom(tokens);
    if (!bytes || !isUtf8(Buffer.from(bytes, 'latin1'))) {
        return refuse(SenderProblem.BadDomain);
    }
    return ENCODED_WORD.test(bytes) ? refuse(SenderProblem.EncodedAddress) : canonicalDomain(bytesToText(bytes));
}

/** The text of `atom *("." atom)`, null when the tokens are anything else. */
function dotAtom(tokens: readonly Token[]): string | null {
    const isDotAtom =
        tokens.length % 2 === 1 &&
        tokens.every((token, index) => (index % 2 === 0 ? token.kind === 'atom' : isSpecial(token, '.')));
    return isDotAtom ? tokens.map(token => token.text).join('') : null;
}

function quoteLocal(local: string): string {
    return DOT_ATOM.test(local) ? local : `"${local.replace(/["\\]/g, '\\$&')}"`;
}
