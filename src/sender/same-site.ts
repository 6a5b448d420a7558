/** Second levels under which countries register names: "co.uk", "com.au", "or.jp". */
const SECOND_LEVEL = /^(ac|co|com|edu|gov|gv|ne|net|or|org)$/;

/**
 * Whether two host names belong to one organisation: `mx1.example.com` and `imap.example.com` do. A guess without the
 * list of public suffixes, good enough to tell the own servers' lines apart, never to trust a sender.
 */
export function sameSite(a: string, b: string): boolean {
    const site = siteOf(a);
    return site !== '' && site === siteOf(b);
}

function siteOf(host: string): string {
    const labels = host.toLowerCase().replace(/\.$/, '').split('.');
    const [second = '', top = ''] = labels.slice(-2);
    // an address in figures has no site
    if (labels.length < 2 || /^\d*$/.test(top) || host.includes(':') || host.startsWith('[')) {
        return '';
    }
    const isCountry = top.length === 2 && SECOND_LEVEL.test(second) && labels.length > 2;
    return labels.slice(isCountry ? -3 : -2).join('.');
}
