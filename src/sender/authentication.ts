import type { TraceEntry } from '../message/types';
import {
    type AuthenticationResult,
    type AuthenticationResults,
    readAuthenticationResults
} from './authentication-results';
import { canonicalDomain } from './domain';
import { sameSite } from './same-site';

/** In place of an id: Microsoft 365 writes none (a method stands where it belongs). */
export const MICROSOFT_365 = 'microsoft365';

/** `msg.mail.authentication`: plain JSON. */
export interface AuthenticationVerdict {
    /** `unknown`: nobody whose word counts says anything. `none`: they say that nothing vouches for the sender. */
    result: 'pass' | 'fail' | 'none' | 'unknown' | 'temperror';
    method: 'dmarc' | 'dkim' | 'compauth' | '';
    /** The domain of From that the result is about. */
    domain: string;
    /** Whose word it is; empty when it is nobody's. */
    via: string;
    /** In sentences or as the server wrote it; shortened. */
    reasons: string[];
}

export interface AuthenticationInput {
    trace: readonly TraceEntry[];
    /** Whether the mail carries the marks that Microsoft 365 sets on what came in through the tenant. */
    hasTenantMarks: boolean;
    /** The domain of the one From mailbox, as our own parser found it; null when From names nobody for certain. */
    domain: string | null;
    /** Ids of the servers whose word counts, MICROSOFT_365 among them. */
    authservIds: readonly string[];
}

interface Trusted {
    via: string;
    results: AuthenticationResult[];
    isMicrosoft: boolean;
}

const MAX_REASONS = 10;
const MAX_REASON_CHARS = 200;

/**
 * Says whether the own mail server vouches for the domain in From. Anybody can write such fields into a mail, so only
 * those of the named servers count, and only above the first Received field that somebody else wrote. A pass for another
 * domain than ours is a failure: then two programs read two senders in one mail. Never throws.
 */
export function judgeAuthentication(input: AuthenticationInput): AuthenticationVerdict {
    const verdict = (
        result: AuthenticationVerdict['result'],
        reasons: string[],
        method: AuthenticationVerdict['method'] = '',
        via = ''
    ): AuthenticationVerdict => ({
        result,
        method,
        domain: input.domain ?? '',
        via,
        reasons: reasons.slice(0, MAX_REASONS).map(reason => reason.slice(0, MAX_REASON_CHARS))
    });
    if (input.authservIds.length === 0) {
        return verdict('unknown', ['No server is named whose word counts.']);
    }
    if (input.domain === null) {
        return verdict('fail', ['From does not name exactly one sender.']);
    }
    const trusted = trustedResults(input);
    if (typeof trusted === 'string') {
        return verdict('unknown', [trusted]);
    }
    const { results, via, isMicrosoft } = trusted;
    const reasons = results.map(describe);
    const of = (method: string): AuthenticationResult[] => results.filter(result => result.method === method);
    if (isMicrosoft && of('compauth').some(({ result }) => result === 'fail')) {
        return verdict('fail', reasons, 'compauth', via);
    }
    const dmarc = judgeDmarc(of('dmarc'), input.domain);
    if (dmarc === 'pass' || dmarc === 'fail') {
        return verdict(dmarc, reasons, 'dmarc', via);
    }
    const dkim = judgeDkim(of('dkim'), input.domain);
    if (dkim === 'pass') {
        return verdict('pass', reasons, 'dkim', via);
    }
    if (dmarc === 'temperror' || dkim === 'temperror') {
        return verdict('temperror', reasons, dmarc === 'temperror' ? 'dmarc' : 'dkim', via);
    }
    return verdict('none', reasons, '', via);
}

/** The results that count, or why there are none. */
function trustedResults({ trace, hasTenantMarks, authservIds }: AuthenticationInput): Trusted | string {
    const ids = authservIds.map(id => id.toLowerCase());
    const wantsMicrosoft = ids.includes(MICROSOFT_365);
    const own: AuthenticationResults[] = [];
    let isFirst = true;
    let isSameHop = true;
    const topmostHost = trace.find(entry => 'by' in entry)?.by ?? '';
    for (const entry of trace) {
        if ('by' in entry) {
            if (!isOwnHost(entry.by, [topmostHost, ...ids])) {
                break;
            }
            isSameHop = own.length === 0;
            continue;
        }
        const field = readAuthenticationResults(entry.results);
        if (!field) {
            // whose it is cannot be told, and it may be the own server's: what stands below is no replacement
            break;
        }
        if (isFirst && wantsMicrosoft && hasTenantMarks && field.id === '') {
            return { via: `authentication-results:${MICROSOFT_365}`, results: field.results, isMicrosoft: true };
        }
        isFirst = false;
        if (field.id !== '' && ids.includes(field.id)) {
            // below another hop of the own servers a field may refuse, but no longer vouch
            own.push(isSameHop ? field : { ...field, results: field.results.filter(isRefusal) });
        }
    }
    const [topmost] = own;
    return topmost
        ? {
              via: `authentication-results:${topmost.id}`,
              results: own.flatMap(({ results }) => results),
              isMicrosoft: false
          }
        : 'No named server has written what it found out.';
}

/** Hosts of the own provider: those it is named by, that which delivered the mail, and names without a domain. */
function isOwnHost(host: string, known: readonly string[]): boolean {
    return !host.includes('.') || known.some(other => sameSite(host, other));
}

function isRefusal({ method, result }: AuthenticationResult): boolean {
    return method === 'dmarc' && result === 'fail';
}

/** The worst of several results counts: one that a sender smuggled in must not outweigh what the server wrote. */
function judgeDmarc(results: readonly AuthenticationResult[], domain: string): 'pass' | 'fail' | 'temperror' | 'none' {
    const found = new Set(results.map(({ result }) => result));
    const passes = results.filter(({ result }) => result === 'pass');
    if (found.has('fail') || passes.some(pass => vouchesFor(pass, 'header.from', domain) === false)) {
        return 'fail';
    }
    if (found.has('temperror')) {
        return 'temperror';
    }
    const isPass = passes.length > 0 && found.size === 1;
    return isPass && passes.every(pass => vouchesFor(pass, 'header.from', domain) === true) ? 'pass' : 'none';
}

/** A signature of the domain in From, or of one above it; `header.i` lies in the domain that signed (RFC 6376 §3.5). */
function judgeDkim(results: readonly AuthenticationResult[], domain: string): 'pass' | 'temperror' | 'none' {
    const aligned = results.filter(
        result => (vouchesFor(result, 'header.d', domain) ?? vouchesFor(result, 'header.i', domain)) === true
    );
    if (aligned.some(({ result }) => result === 'pass')) {
        return 'pass';
    }
    return aligned.some(({ result }) => result === 'temperror') ? 'temperror' : 'none';
}

/**
 * Whether the domain in the property is ours or one above it. Not one below: who writes for a part of a domain does not
 * write for all of it. null when the property is missing or unusable.
 */
function vouchesFor({ properties }: AuthenticationResult, property: string, domain: string): boolean | null {
    const value = properties.get(property) ?? '';
    const named = canonicalDomain(value.slice(value.lastIndexOf('@') + 1));
    if (value === '' || !named.ok) {
        return null;
    }
    return domain === named.domain || (named.domain.includes('.') && domain.endsWith(`.${named.domain}`));
}

function describe({ method, result, properties }: AuthenticationResult): string {
    const shown = ['header.from', 'header.d', 'header.i', 'reason'].flatMap(name => {
        const value = properties.get(name);
        return value === undefined ? [] : [`${name}=${value}`];
    });
    return [`${method}=${result}`, ...shown].join(' ').replace(/\p{Cc}+/gu, ' ');
}
