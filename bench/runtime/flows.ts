import { WANTED_DOMAIN } from '../mails';

/** A plain IMAP server and one of its users. */
export interface BenchServer {
    host: string;
    port: number;
    user: string;
    password: string;
}

/** What a runtime starts with: nodes, and secrets by node id. */
export interface Flow {
    nodes: object[];
    credentials: Record<string, Record<string, string>>;
}

const TAB = { id: 'tab', type: 'tab', label: 'bench' };
const ARRIVALS = { id: 'arrivals', type: 'bench-arrivals', z: 'tab', wires: [] };

/** imap-in with its defaults, except where it starts, whose mail it takes, and what a measurement is about. */
export function imapInFlow(server: BenchServer, start: 'all' | 'new', properties: object = {}): Flow {
    const { host, port, user, password } = server;
    return {
        nodes: [
            TAB,
            { id: 'account', type: 'imap-account', name: 'bench', host, port, security: 'none', auth: 'password' },
            {
                id: 'in',
                type: 'imap-in',
                z: 'tab',
                account: 'account',
                start,
                senders: [`*@${WANTED_DOMAIN}`],
                content: 'text',
                ...properties,
                wires: [['arrivals'], []]
            },
            ARRIVALS
        ],
        credentials: { account: { user, password } }
    };
}

/**
 * node-red-node-email for the same job. It runs once on a trigger: with its default (`auto`) it fetches every unread
 * mail twice at start. It leaves the mails unread, and a switch behind it keeps the wanted ones.
 */
export function emailNodeFlow(server: BenchServer): Flow {
    return {
        nodes: [
            TAB,
            { id: 'start', type: 'inject', z: 'tab', once: true, onceDelay: 0.1, props: [], wires: [['in']] },
            {
                id: 'in',
                type: 'e-mail in',
                z: 'tab',
                protocol: 'IMAP',
                server: server.host,
                port: String(server.port),
                useSSL: false,
                autotls: 'never',
                authtype: 'BASIC',
                box: 'INBOX',
                criteria: 'UNSEEN',
                disposition: 'None',
                fetch: 'trigger',
                inputs: 1,
                repeat: '300',
                wires: [['sender']]
            },
            {
                id: 'sender',
                type: 'switch',
                z: 'tab',
                property: 'from',
                propertyType: 'msg',
                rules: [{ t: 'regex', v: `@${WANTED_DOMAIN.replaceAll('.', '\\.')}$`, vt: 'str', case: true }],
                checkall: 'true',
                repair: false,
                outputs: 1,
                wires: [['arrivals']]
            },
            ARRIVALS
        ],
        credentials: { in: { userid: server.user, password: server.password } }
    };
}
