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

const WANTED_SENDER = `@${WANTED_DOMAIN.replaceAll('.', '\\.')}$`;
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

/** So many accounts with one imap-in each, all of them on one server. */
export function manyAccountsFlow(servers: readonly BenchServer[]): Flow {
    const credentials: Flow['credentials'] = {};
    const nodes: object[] = [TAB, ARRIVALS];
    servers.forEach(({ host, port, user, password }, index) => {
        const account = `account${index}`;
        credentials[account] = { user, password };
        nodes.push(
            {
                id: account,
                type: 'imap-account',
                name: `Account ${index}`,
                host,
                port,
                security: 'none',
                auth: 'password'
            },
            { id: `in${index}`, type: 'imap-in', z: 'tab', account, start: 'new', wires: [['arrivals'], []] }
        );
    });
    return { nodes, credentials };
}

/** Ways to set up node-red-node-email for the same job; each is what its editor offers. */
export const EMAIL_SETUPS = {
    default: {
        settings: 'as the palette gives it: every 300 s and on news, "mark as read", unread mail',
        node: { fetch: 'auto', inputs: 0, disposition: 'Read', criteria: 'UNSEEN' },
        criteria: undefined
    },
    trigger: {
        settings: 'once on a trigger, leaves mail unread, unread mail',
        node: { fetch: 'trigger', inputs: 1, disposition: 'None', criteria: 'UNSEEN' },
        criteria: undefined
    },
    search: {
        settings: 'once on a trigger, leaves mail unread, the server searches unread mail by sender (`msg.criteria`)',
        node: { fetch: 'trigger', inputs: 1, disposition: 'None', criteria: '_msg_' },
        criteria: ['UNSEEN', ['FROM', `@${WANTED_DOMAIN}`]]
    }
} as const;

export type EmailSetup = keyof typeof EMAIL_SETUPS;

/** node-red-node-email, and a switch behind it that keeps the wanted mails, or every one. */
export function emailNodeFlow(server: BenchServer, setup: EmailSetup, every = false): Flow {
    const { node, criteria } = EMAIL_SETUPS[setup];
    const props = criteria ? [{ p: 'criteria', v: JSON.stringify(criteria), vt: 'json' }] : [];
    const inject = { id: 'start', type: 'inject', z: 'tab', once: true, onceDelay: 0.1, props, wires: [['in']] };
    return {
        nodes: [
            TAB,
            ...(node.inputs === 1 ? [inject] : []),
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
                repeat: '300',
                ...node,
                wires: [['sender']]
            },
            {
                id: 'sender',
                type: 'switch',
                z: 'tab',
                property: 'from',
                propertyType: 'msg',
                rules: [every ? { t: 'else' } : { t: 'regex', v: WANTED_SENDER, vt: 'str', case: true }],
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

/** A smtp-account on a local sink over TLS, and a node that sends so many mails through it. */
export function smtpOutFlow(host: string, port: number, connections: number, mails: number): Flow {
    return {
        nodes: [
            TAB,
            {
                id: 'account',
                type: 'smtp-account',
                name: 'bench',
                host,
                port,
                security: 'tls',
                verify: true,
                auth: 'none',
                senderAddress: 'bench@example.org',
                connections
            },
            { id: 'source', type: 'bench-mails', z: 'tab', mails, wires: [['out']] },
            { id: 'out', type: 'smtp-out', z: 'tab', account: 'account', wires: [['source'], []] }
        ],
        credentials: {}
    };
}

/** A flow without any mail in it. */
export function plainFlow(messages: number): Flow {
    return {
        nodes: [
            TAB,
            { id: 'source', type: 'bench-messages', z: 'tab', messages, wires: [['sink']] },
            { id: 'sink', type: 'bench-sink', z: 'tab', wires: [] }
        ],
        credentials: {}
    };
}
