import { domainToASCII, domainToUnicode } from 'node:url';
import { refuse, type Refusal, SenderProblem } from './problems';

export type DomainResult = { ok: true; domain: string } | Refusal;

/** RFC 1035 §2.3.4: 255 bytes on the wire, of which the text form leaves 253, and 63 for a label. */
const MAX_DOMAIN_BYTES = 253;
const LABELS = /^[^.]{1,63}(?:\.[^.]{1,63})*$/;
const NOT_ASCII = /[\u0080-\uffff]/;

/**
 * Brings a domain into the form in which domains are compared: A-labels in lower case.
 *
 * UTS 46 maps full-width letters, the ideographic full stop, the soft hyphen and the zero-width space away, so that a
 * foreign text becomes exactly a trusted domain. Only the way back shows it: what does not return as it came is refused,
 * and so are decomposed letters, which another program may compose to something else.
 */
export function canonicalDomain(text: string): DomainResult {
    if (Buffer.byteLength(text) > MAX_DOMAIN_BYTES) {
        return refuse(SenderProblem.DomainTooLong);
    }
    const lower = text.toLowerCase();
    if (!NOT_ASCII.test(text)) {
        return checkLabels(lower);
    }
    // domainToASCII answers "" for what it refuses, and "" never equals a domain on the way back
    const domain = domainToASCII(text);
    if (text.normalize('NFC') !== text || domainToUnicode(domain) !== lower) {
        return refuse(SenderProblem.DomainNotCanonical);
    }
    return checkLabels(domain);
}

function checkLabels(domain: string): DomainResult {
    if (domain.length > MAX_DOMAIN_BYTES) {
        return refuse(SenderProblem.DomainTooLong);
    }
    return LABELS.test(domain) ? { ok: true, domain } : refuse(SenderProblem.BadDomain);
}
