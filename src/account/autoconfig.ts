import { XMLParser } from 'fast-xml-parser';
import { proposedServer, type ProposedServer } from './proposal';

/** The servers that a configuration file names; null where it names none that can be used. */
export interface AutoconfigServers {
    imap: ProposedServer | null;
    smtp: ProposedServer | null;
}

type Element = Readonly<Record<string, unknown>>;

const MAX_SERVERS = 20;
const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    processEntities: false,
    parseTagValue: false,
    parseAttributeValue: false
});

/**
 * Reads a configuration file in the format that Thunderbird introduced (config-v1.1.xml). Servers that offer only clear
 * text are left out.
 *
 * @throws Error when it is no such file.
 */
export function readAutoconfig(xml: string, address: string): AutoconfigServers {
    // entities are a way to make much of little, and no such file needs them
    if (/<!(DOCTYPE|ENTITY)/i.test(xml)) {
        throw new Error('the file declares entities');
    }
    const root = element(parser.parse(xml) as unknown);
    const provider = element(element(root['clientConfig'])['emailProvider']);
    if (Object.keys(provider).length === 0) {
        throw new Error('the file is no mail configuration');
    }
    const find = (name: string, type: string): ProposedServer | null => {
        const servers = [provider[name]].flat().slice(0, MAX_SERVERS).map(element);
        const usable = servers.filter(server => server['@type'] === type).map(server => readServer(server, address));
        return usable.find(server => server !== null) ?? null;
    };
    return { imap: find('incomingServer', 'imap'), smtp: find('outgoingServer', 'smtp') };
}

function readServer(server: Element, address: string): ProposedServer | null {
    const security = { SSL: 'tls', STARTTLS: 'starttls' } as const;
    const socketType = text(server['socketType']);
    return socketType === 'SSL' || socketType === 'STARTTLS'
        ? proposedServer(
              text(server['hostname']),
              text(server['port']),
              security[socketType],
              userOf(text(server['username']), address)
          )
        : null;
}

/** Other placeholders ask for what only the user knows. */
function userOf(template: string, address: string): string {
    const [local = '', domain = ''] = address.split('@');
    const user = (template || '%EMAILADDRESS%')
        .replaceAll('%EMAILADDRESS%', address)
        .replaceAll('%EMAILLOCALPART%', local)
        .replaceAll('%EMAILDOMAIN%', domain);
    return user.includes('%') || user.length > 320 ? address : user;
}

function element(value: unknown): Element {
    return typeof value === 'object' && value !== null ? (value as Element) : {};
}

/** An element with attributes is an object, with its text under "#text". */
function text(value: unknown): string {
    const inner = typeof value === 'object' && value !== null ? (value as Element)['#text'] : value;
    return typeof inner === 'string' ? inner.trim() : '';
}
