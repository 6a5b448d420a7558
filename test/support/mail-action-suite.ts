import { ImapFlow } from 'imapflow';
import type { NodeMessage } from 'node-red';
import helper = require('node-red-node-test-helper');
import imapAccount = require('../../nodes/imap-account');
import type { MailRef } from '../../src/message/types';
import { actionFlow, type Caught } from './action-flow';
import { startDovecot, type Dovecot, type DovecotOptions } from './dovecot';
import { useNodeRed, type NodeFile, type NodeRedUnderTest } from './helper';
import { requireServer } from './require-server';
import { startProxy, type TcpProxy } from './tcp-proxy';
import { createTempFolder, type TempFolder } from './temp-folder';

const USERS = { anna: 'Geheim-4711', carl: 'Secret-0815' };

const PATIENCE_MS = 15_000;

type Properties = Record<string, unknown>;

/** One node that acts on mail, between a Dovecot with two mailboxes and recorders for what it sends and fails with. */
export class MailActionSuite {
    dovecot!: Dovecot;
    proxy!: TcpProxy;
    readonly red: NodeRedUnderTest;
    readonly #node: NodeFile;
    readonly #type: string;
    #userDir: TempFolder | undefined;

    private constructor(red: NodeRedUnderTest, type: string, node: NodeFile) {
        this.red = red;
        this.#type = type;
        this.#node = node;
    }

    /** Registers the hooks of the suite; call it once inside a `describe`. Each test begins with empty mailboxes. */
    static use(type: string, node: NodeFile, options: DovecotOptions = {}): MailActionSuite {
        const suite = new MailActionSuite(useNodeRed(), type, node);
        before(async function () {
            requireServer(this, 'dovecot');
            suite.dovecot = await startDovecot({ ...options, users: USERS });
            suite.proxy = await startProxy(suite.dovecot);
        });
        after(async () => {
            await suite.proxy?.stop();
            await suite.dovecot?.stop();
        });
        beforeEach(() => {
            suite.#userDir = createTempFolder('user-dir');
            helper.settings({ userDir: suite.#userDir.path });
            suite.proxy.forgetCommands();
        });
        afterEach(async () => {
            await suite.red.unload();
            suite.#userDir?.remove();
            for (const user of Object.keys(USERS)) {
                await suite.dovecot.doveadm('expunge', '-u', user, 'mailbox', '*', 'all');
            }
        });
        return suite;
    }

    /** Starts the node with these properties; `account` is Anna's, `other` is Carl's. Further nodes stand behind it. */
    async start(
        properties: Properties,
        account: Properties = {},
        behind: Array<{ id: string; type: string } & Properties> = [],
        nodes: readonly NodeFile[] = []
    ): Promise<void> {
        const server = { type: 'imap-account', host: this.proxy.host, port: this.proxy.port, security: 'none' };
        await this.red.loadFlow(
            [imapAccount, this.#node, ...nodes],
            actionFlow(
                [
                    { ...server, id: 'account', name: 'Office', address: 'anna@example.org', ...account },
                    { ...server, id: 'other', name: 'Archive', address: 'carl@example.org' }
                ],
                { type: this.#type, ...properties },
                behind
            ),
            {
                account: { user: 'anna', password: USERS.anna },
                other: { user: 'carl', password: USERS.carl }
            }
        );
    }

    /** Sends a message into the node and resolves with what comes out of it. */
    async pass<T extends object = Properties>(msg: object, count = 1): Promise<NodeMessage & T> {
        this.red.node('node').receive(msg as NodeMessage);
        return this.red.waitForMessage<T>('out', { count, timeoutMs: 10_000 });
    }

    /** Sends a message into the node and resolves with the text of the error that a Catch node gets. */
    async fail(msg: object): Promise<string> {
        this.red.node('node').receive(msg as NodeMessage);
        return (await this.red.waitForMessage<Caught>('caught', { timeoutMs: 10_000 })).error.message;
    }

    /**
     * Cuts the connection after the server has carried out a command and before its answer is back.
     *
     * @param command what the server is to carry out; nothing passes from then on.
     * @param happened whether the server has done it, seen from outside.
     */
    async cutBeforeAnswer(command: RegExp, happened: () => Promise<boolean>): Promise<void> {
        await this.proxy.waitForCommand(command);
        // the command is passed on already, and its answer never is, however long a look at the server takes
        this.proxy.stall();
        for (const end = Date.now() + PATIENCE_MS; !(await happened());) {
            if (Date.now() > end) {
                throw new Error('the server has not carried the command out');
            }
        }
        this.proxy.cut();
        this.proxy.resume();
    }

    /** Where a mail lies, by its number in the folder, as a message carries it. */
    async ref(folder: string, index = 0, account = 'account'): Promise<MailRef> {
        const user = account === 'account' ? 'anna' : 'carl';
        const status = await this.dovecot.doveadm('mailbox', 'status', '-u', user, 'uidvalidity', folder);
        const uidValidity = /uidvalidity=(\d+)/.exec(status)?.[1] ?? '';
        const uid = (await this.dovecot.list(user, folder))[index]?.uid ?? 0;
        return { account, folder, uidValidity, uid };
    }

    /** The first mail of a folder, byte for byte as another mail program gets it. */
    async source(folder: string, user: keyof typeof USERS = 'anna'): Promise<Buffer> {
        const { host, port } = this.dovecot;
        const auth = { user, pass: USERS[user] };
        const client = new ImapFlow({ host, port, secure: false, doSTARTTLS: false, auth, logger: false });
        client.on('error', () => undefined);
        try {
            await client.connect();
            await client.mailboxOpen(folder, { readOnly: true });
            const mail = await client.fetchOne('1', { source: true });
            return (mail && mail.source) || Buffer.alloc(0);
        } finally {
            client.close();
        }
    }

    /** The Message-IDs in a folder, as another program sees them. */
    async ids(folder: string, user = 'anna'): Promise<string[]> {
        return (await this.dovecot.list(user, folder)).map(mail => mail.messageId);
    }
}
