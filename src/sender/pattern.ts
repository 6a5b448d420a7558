import { domainToASCII } from 'node:url';
import { cleanResponse, MailError, MailErrorCode } from '../message/mail-error';
import { canonicalDomain } from './domain';
import { compileGlob } from './local-glob';
import type { Mailbox } from './mailbox-parser';

/** Compiled sender patterns. */
export interface SenderMatcher {
    /** True when there is no pattern. What that means is the caller's decision: such a matcher matches nobody. */
    readonly isEmpty: boolean;
    /** Compares the address alone, never the display name. */
    matches(mailbox: Mailbox): boolean;
    /** A quick look at a raw header block: false only when no mailbox in it can match. */
    mayMatch(block: Buffer): boolean;
}

export interface SenderOptions {
    /** Compare the local part exactly; by default `Info@` and `info@` are the same. */
    caseSensitive?: boolean;
}

type Test = (mailbox: Mailbox) => boolean;

const NOT_ASCII = /[\x80-\xff]/;
const INVISIBLE = /[\s\p{Cc}\p{Cf}]/u;
/** Letters, digits, hyphen; and the underscore, which exists in practice. */
const HOST_NAME = /^[a-z0-9_.-]+$/;

/**
 * Compiles patterns of the form `local@domain`: `*` and `?` in the local part, `*.` before the domain for its
 * sub-domains at any depth without the domain itself.
 *
 * @throws MailError INVALID_PATTERN naming the pattern and what is wrong with it.
 */
export function compileSenders(patterns: readonly string[], options: SenderOptions = {}): SenderMatcher {
    const foldCase = (local: string): string => (options.caseSensitive ? local : local.toLowerCase());
    const compiled = patterns.map(pattern => compilePattern(pattern, foldCase));
    const names = compiled.map(({ name }) => name);
    return {
        isEmpty: compiled.length === 0,
        matches: mailbox => compiled.some(({ test }) => test(mailbox)),
        mayMatch: block => mayName(block, names)
    };
}

/**
 * The domain of a plain mailbox stands in the field in one piece: folds, comments and quoted-pairs in it are refused.
 * Only a domain with other than ASCII letters may be written in two ways.
 */
function mayName(block: Buffer, names: readonly string[]): boolean {
    const text = block.toString('latin1').toLowerCase();
    return names.some(name => text.includes(name)) || NOT_ASCII.test(text);
}

/** A test for a mailbox, and the A-label that its domain has to contain. */
interface CompiledPattern {
    test: Test;
    name: string;
}

function compilePattern(pattern: string, foldCase: (local: string) => string): CompiledPattern {
    if (INVISIBLE.test(pattern)) {
        throw invalid(pattern, 'it contains white space or an invisible character');
    }
    const [local, domain, ...more] = pattern.split('@');
    if (local === undefined || domain === undefined) {
        throw invalid(pattern, 'it has no @');
    }
    if (more.length > 0) {
        throw invalid(pattern, 'it has more than one @');
    }
    if (local === '') {
        throw invalid(pattern, 'nothing stands before the @; write * for every sender of the domain');
    }
    const glob = compileGlob(foldCase(local.normalize('NFC')));
    return compileDomain(pattern, domain, mailbox => glob(foldCase(mailbox.local)));
}

function compileDomain(pattern: string, domain: string, hasLocal: Test): CompiledPattern {
    const isBelow = domain.startsWith('*.');
    const name = readDomain(pattern, isBelow ? domain.slice(2) : domain);
    if (!isBelow) {
        return { name, test: mailbox => mailbox.domain === name && hasLocal(mailbox) };
    }
    if (!name.includes('.')) {
        throw invalid(pattern, '* must not stand in the last two labels of the domain');
    }
    return { name, test: mailbox => mailbox.domain.endsWith(`.${name}`) && hasLocal(mailbox) };
}

/** The same way to A-labels as on the side of the mail, and stricter: what is not a host name is a typing error. */
function readDomain(pattern: string, text: string): string {
    if (text.includes('*')) {
        throw invalid(pattern, '* may stand in the domain only as the whole first label, with two labels behind it');
    }
    if (text.split('.').includes('')) {
        throw invalid(pattern, 'the domain has an empty label');
    }
    const result = canonicalDomain(text);
    if (!result.ok || !HOST_NAME.test(result.domain) || domainToASCII(result.domain) !== result.domain) {
        throw invalid(pattern, 'the part behind the @ is not a valid domain');
    }
    return result.domain;
}

function invalid(pattern: string, reason: string): MailError {
    return new MailError({
        code: MailErrorCode.InvalidPattern,
        kind: 'configuration',
        step: 'configure',
        problem: `the sender pattern "${cleanResponse(pattern)}" is not valid: ${reason}`,
        remedy: 'Write it like *@example.com, or like *@*.example.com for the sub-domains.'
    });
}
