import { Resolver } from 'node:dns/promises';
import { MailError, MailErrorCode } from '../message/mail-error';
import { readAutoconfig } from './autoconfig';
import { findPreset, presetForAddress } from './presets';
import type { Preset } from './preset';
import { hostName, presetProposal, proposedServer, type Proposal, type ProposedServer } from './proposal';
import { fetchPublicText, INTERNET, type FetchNetwork } from './safe-fetch';

export interface SrvRecord {
    name: string;
    port: number;
    priority: number;
    weight: number;
}

/** Whom discovery asks; tests put loopback in their place. */
export interface DiscoveryNetwork extends FetchNetwork {
    srv(name: string): Promise<SrvRecord[]>;
    mx(domain: string): Promise<Array<{ exchange: string; priority: number }>>;
}

/** One question that was asked, with what came of it. */
export interface DiscoveryStep {
    source: Proposal['source'];
    origin: string;
    found: boolean;
    /** Why nothing was found, for people; empty otherwise. */
    reason: string;
}

export interface Discovery {
    /** Best first. */
    proposals: Proposal[];
    steps: DiscoveryStep[];
}

const TOTAL_MS = 9_000;
const MAX_REASON_CHARS = 200;

/** What the mail exchangers of a domain say about the company behind it. Yahoo's stand for AOL too, so they say nothing. */
const PROVIDERS_BY_MX: ReadonlyArray<readonly [suffix: string, preset: string]> = [
    ['.mail.protection.outlook.com', 'microsoft365'],
    ['.olc.protection.outlook.com', 'outlook'],
    ['.google.com', 'google-workspace'],
    ['.googlemail.com', 'google-workspace']
];

/** The internet, asked with a resolver that is cancelled with the discovery. */
export function internet(signal: AbortSignal): DiscoveryNetwork {
    const resolver = new Resolver({ timeout: 3_000, tries: 2 });
    signal.addEventListener('abort', () => resolver.cancel(), { once: true });
    return { ...INTERNET, srv: name => resolver.resolveSrv(name), mx: domain => resolver.resolveMx(domain) };
}

/**
 * Finds servers for an address: known providers first, without asking anybody; else what the domain itself publishes.
 * Ends within ten seconds, whatever the others do, and never rejects for their sake. Nothing of the address but its
 * domain leaves the machine. A proposal is nothing more: what it is worth shows the test of the account.
 *
 * @throws MailError ADDRESS_INVALID when the text is no address.
 */
export async function discover(
    text: string,
    network: (signal: AbortSignal) => DiscoveryNetwork = internet,
    totalMs = TOTAL_MS
): Promise<Discovery> {
    const address = text.trim();
    const domain = domainOf(address);
    const known = presetForAddress(address);
    if (known) {
        const proposal = presetProposal(known, 'preset', known.label, address);
        return { proposals: [proposal], steps: [step(proposal)] };
    }
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(new Error('no answer in time')), totalMs);
    try {
        const net = network(stop.signal);
        const results = await Promise.all([
            attempt('mx', domain, stop.signal, () => askMx(domain, address, net)),
            ...autoconfigUrls(domain).map(({ source, url }) =>
                attempt(source, url.href, stop.signal, () => askAutoconfig(source, url, address, net, stop.signal))
            ),
            attempt('srv', domain, stop.signal, () => askSrv(domain, address, net))
        ]);
        const proposals = results.flatMap(({ proposal }) => (proposal ? [proposal] : []));
        return { proposals: withoutRepeats(proposals), steps: results.map(result => result.step) };
    } finally {
        clearTimeout(timer);
        stop.abort(new Error('over'));
    }
}

function domainOf(address: string): string {
    const [, part = ''] = /^[^@\s]+@([^@\s]+)$/.exec(address) ?? [];
    const domain = hostName(part);
    if (domain === '' || address.length > 320) {
        throw new MailError({
            code: MailErrorCode.AddressInvalid,
            kind: 'configuration',
            step: 'configure',
            problem: 'this is no mail address with a domain of the internet',
            remedy: 'Enter an address such as info@example.com.'
        });
    }
    return domain;
}

function autoconfigUrls(domain: string): Array<{ source: 'autoconfig' | 'well-known'; url: URL }> {
    return [
        { source: 'autoconfig', url: new URL(`https://autoconfig.${domain}/mail/config-v1.1.xml`) },
        { source: 'well-known', url: new URL(`https://${domain}/.well-known/autoconfig/mail/config-v1.1.xml`) }
    ];
}

/** Runs one question; its failure, its silence and its nonsense are all "nothing found", with a reason. */
async function attempt(
    source: Proposal['source'],
    origin: string,
    signal: AbortSignal,
    ask: () => Promise<Proposal | null>
): Promise<{ proposal: Proposal | null; step: DiscoveryStep }> {
    try {
        const late = new Promise<never>((_resolve, reject) =>
            signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
        );
        const proposal = await Promise.race([ask(), late]);
        return { proposal, step: { source, origin, found: proposal !== null, reason: '' } };
    } catch (error) {
        const reason = (error as Error).message.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, MAX_REASON_CHARS);
        return { proposal: null, step: { source, origin, found: false, reason } };
    }
}

async function askMx(domain: string, address: string, network: DiscoveryNetwork): Promise<Proposal | null> {
    const records = await network.mx(domain);
    const exchanges = records.sort((a, b) => a.priority - b.priority).map(({ exchange }) => exchange.toLowerCase());
    for (const exchange of exchanges.slice(0, 10)) {
        const preset = presetByMx(exchange);
        if (preset) {
            return presetProposal(preset, 'mx', exchange, address);
        }
    }
    return null;
}

function presetByMx(exchange: string): Preset | undefined {
    const [, id] = PROVIDERS_BY_MX.find(([suffix]) => exchange.endsWith(suffix)) ?? [];
    return id === undefined ? undefined : findPreset(id);
}

async function askAutoconfig(
    source: 'autoconfig' | 'well-known',
    url: URL,
    address: string,
    network: DiscoveryNetwork,
    signal: AbortSignal
): Promise<Proposal | null> {
    const servers = readAutoconfig(await fetchPublicText(url, network, signal), address);
    return servers.imap || servers.smtp ? { source, origin: url.hostname, preset: '', ...servers } : null;
}

/** RFC 6186 and, for submission with TLS from the first byte, RFC 8314. */
async function askSrv(domain: string, address: string, network: DiscoveryNetwork): Promise<Proposal | null> {
    const find = async (services: ReadonlyArray<readonly [string, ProposedServer['security']]>) => {
        for (const [service, security] of services) {
            const records = await network.srv(`${service}._tcp.${domain}`).catch(() => []);
            const [first] = records.sort((a, b) => a.priority - b.priority || b.weight - a.weight);
            const server = first && proposedServer(first.name, first.port, security, address);
            // a target of "." says that the service is not offered; it is no host name
            if (server) {
                return server;
            }
        }
        return null;
    };
    const [imap, smtp] = await Promise.all([
        find([
            ['_imaps', 'tls'],
            ['_imap', 'starttls']
        ]),
        find([
            ['_submissions', 'tls'],
            ['_submission', 'starttls']
        ])
    ]);
    return imap || smtp ? { source: 'srv', origin: domain, preset: '', imap, smtp } : null;
}

function step(proposal: Proposal): DiscoveryStep {
    return { source: proposal.source, origin: proposal.origin, found: true, reason: '' };
}

/** Two sources often say the same; the first is enough. */
function withoutRepeats(proposals: readonly Proposal[]): Proposal[] {
    const key = ({ imap, smtp }: Proposal): string => JSON.stringify([imap, smtp]);
    return proposals.filter((proposal, index) => proposals.findIndex(other => key(other) === key(proposal)) === index);
}
