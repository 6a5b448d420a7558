import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import helper = require('node-red-node-test-helper');
import imapAccount = require('../../nodes/imap-account');
import imapIn = require('../../nodes/imap-in');
import type { LedgerRecord } from '../../src/delivery/ledger-record';
import type { MailMessage } from '../../src/message/types';
import { startDovecot, type Dovecot } from '../support/dovecot';
import { useNodeRed, type NodeFile, type RecordedMessage } from '../support/helper';
import { buildMail } from '../support/mail-builder';
import { runtimeModule, selectedVersion } from '../support/node-red-version';
import { requireServer } from '../support/require-server';
import { lastLine } from '../support/contents-below';
import { createTempFolder, type TempFolder } from '../support/temp-folder';
import { startProxy, type TcpProxy } from '../support/tcp-proxy';

type FlowNode = { id: string; type: string } & Record<string, unknown>;
type Change = (flow: FlowNode[]) => FlowNode[];
type DeployType = 'nodes' | 'flows' | 'full';

const RUNTIME = runtimeModule(selectedVersion());
const linkNodes = createRequire(RUNTIME).resolve('@node-red/nodes/core/common/60-link.js');
const NODES = [imapAccount, imapIn, require(linkNodes) as NodeFile];
const DEPLOY_TYPES: DeployType[] = ['nodes', 'flows', 'full'];
const HOOKS = ['onSend', 'preDeliver', 'onReceive', 'postReceive', 'onComplete'];

const change = (id: string, properties: object): Change => {
    return flow => flow.map(node => (node.id === id ? { ...node, ...properties } : node));
};

describe('a mailbox that is watched over deploys', function () {
    this.timeout(60_000);
    const red = useNodeRed();
    const { hooks } = require(RUNTIME) as { hooks: { has(name: string): boolean } };
    let dovecot: Dovecot;
    let proxy: TcpProxy;
    let userDir: TempFolder;
    /** After the first test: the runtime begins some things with its first flow and keeps them. */
    let timers: number | undefined;
    /** Messages at the desk that nobody has answered. */
    let answered: Set<RecordedMessage>;

    before(async function () {
        requireServer(this, 'dovecot');
        dovecot = await startDovecot();
        proxy = await startProxy(dovecot);
    });
    after(async () => {
        await proxy?.stop();
        await dovecot?.stop();
    });
    beforeEach(() => {
        userDir = createTempFolder('user-dir');
        helper.settings({ userDir: userDir.path });
        answered = new Set();
        proxy.forgetCommands();
    });
    afterEach(async () => {
        await red.unload();
        await proxy.waitForOpenConnections(0);
        assert.deepEqual(
            HOOKS.filter(hook => hooks.has(`${hook}.mailflow`)),
            [],
            'no hook is left behind'
        );
        timers ??= timersNow();
        assert.ok(timersNow() <= timers, `${timersNow() - timers} timers are left behind`);
        userDir.remove();
        await dovecot.doveadm('expunge', '-u', 'anna', 'mailbox', 'INBOX', 'all');
    });

    const credentials = { account: { user: 'anna', password: 'secret' } };
    /** The mailbox on one tab, those who work on the mails on another, so that a deploy can leave them alone. */
    const flow = (): FlowNode[] => [
        { id: 'mailbox', type: 'tab', label: 'Mailbox' },
        { id: 'elsewhere', type: 'tab', label: 'Elsewhere' },
        { id: 'work', type: 'tab', label: 'Work' },
        {
            id: 'account',
            type: 'imap-account',
            name: 'Office',
            host: proxy.host,
            port: proxy.port,
            security: 'none'
        },
        {
            id: 'in',
            z: 'mailbox',
            type: 'imap-in',
            account: 'account',
            start: 'all',
            ack: 'flow',
            interval: 5,
            inFlight: 20,
            wires: [['out'], []]
        },
        { id: 'out', z: 'mailbox', type: 'link out', mode: 'link', links: ['to'], wires: [['to']] },
        { id: 'to', z: 'work', type: 'link in', links: ['out'], wires: [['desk']] },
        { id: 'desk', z: 'work', type: 'recorder', outcome: 'hold', wires: [] }
    ];
    const place = (nodes: FlowNode[]): FlowNode[] =>
        nodes.map(node => (node.z === undefined ? node : { x: 0, y: 0, ...node }));
    const deploy = (nodes: FlowNode[], type: DeployType): Promise<void> => red.deploy(place(nodes), type, credentials);

    const mail = (subject: number): Buffer =>
        buildMail({ from: 'a@example.com', subject: String(subject), messageId: `<${subject}@example.com>` });
    const deliver = (subject: number): Promise<void> => dovecot.deliver('anna', 'INBOX', mail(subject));

    const contentOf = ({ msg }: RecordedMessage): MailMessage => msg as unknown as MailMessage;
    /** How often each mail reached the desk, in the order of subjects. */
    const deliveries = (): number[] => {
        const counts: number[] = [];
        for (const recorded of red.recorded('desk')) {
            const index = Number(contentOf(recorded).topic) - 1;
            counts[index] = (counts[index] ?? 0) + 1;
        }
        return counts;
    };
    /** Answers the newest copy of the mail. */
    const answer = (subject: number, error?: Error): void => {
        const recorded = red.recorded('desk').findLast(one => contentOf(one).topic === String(subject));
        assert.ok(recorded && !answered.has(recorded), `mail ${subject} waits at the desk`);
        answered.add(recorded);
        recorded.done(error);
    };
    const settled = (count: number): Promise<unknown> => red.waitForStatus('in', new RegExp(`^${count} · `));
    const ledger = (): LedgerRecord => {
        const folder = join(userDir.path, 'mailflow', 'ledger');
        const files = readdirSync(folder).filter(name => name.endsWith('.json'));
        assert.equal(files.length, 1, `one ledger is continued: ${files.join(', ')}`);
        return JSON.parse(lastLine(readFileSync(join(folder, files[0] ?? ''), 'utf8'))) as LedgerRecord;
    };

    /** Two mails are settled and three are at the desk. */
    const begin = async (): Promise<void> => {
        await dovecot.fill('anna', 'INBOX', [1, 2, 3, 4, 5].map(mail));
        await red.loadFlow(NODES, place(flow()), credentials);
        await red.waitForMessage('desk', { count: 5 });
        answer(1);
        answer(2);
        await settled(2);
    };

    /** Mails 3 to 5 end, a sixth comes, and the ledger tells the whole story. */
    const finish = async (expected: number[]): Promise<void> => {
        await red.waitForMessage('desk', { count: expected.reduce((sum, count) => sum + count, 0) });
        await deliver(6);
        await red.waitForMessage('desk', { count: expected.reduce((sum, count) => sum + count, 1) });
        [3, 4, 5, 6].forEach(subject => answer(subject));
        await settled(6);
        assert.deepEqual(deliveries(), [...expected, 1]);
        for (const recorded of red.recorded('desk')) {
            assert.equal(contentOf(recorded).mail.delivery.attempt, 1, 'no try was lost to the deploy');
        }
        await red.unload();
        const { delivered, pending } = ledger();
        assert.deepEqual({ delivered, pending }, { delivered: 6, pending: {} });
    };

    const CHANGES: Array<[string, Change]> = [
        [
            'it is moved to another tab',
            nodes => change('out', { z: 'elsewhere' })(change('in', { z: 'elsewhere' })(nodes))
        ],
        ['its account is changed', change('account', { name: 'Another name' })],
        ['it is changed itself', change('in', { interval: 6 })]
    ];
    for (const [what, changed] of CHANGES) {
        for (const type of DEPLOY_TYPES) {
            it(`loses and doubles nothing when ${what} by a deploy of ${type}`, async () => {
                await begin();
                const desk = red.node('desk');
                const watch = red.node('in');
                await deploy(changed(flow()), type);
                assert.notEqual(red.node('in'), watch, 'the mailbox was deployed anew');
                // a desk that is replaced gives back what it has; one that goes on keeps it
                const copies = red.node('desk') === desk ? 1 : 2;
                await finish([1, 1, copies, copies, copies]);
            });
        }
    }

    for (const type of DEPLOY_TYPES) {
        it(`performs the action after success over a deploy of ${type} that changes the account meanwhile`, async () => {
            const marking = change('in', { afterSuccess: 'keyword', afterSuccessValue: '$Done' })(flow());
            await dovecot.fill('anna', 'INBOX', [1].map(mail));
            await red.loadFlow(NODES, place(marking), credentials);
            await red.waitForMessage('desk');
            // far away, so that the deploy comes between the commands of the action
            proxy.delay(150);
            answer(1);
            await proxy.waitForCommand(/^SELECT/);
            const watch = red.node('in');
            await deploy(change('account', { name: 'Another name' })(marking), type);
            proxy.delay(0);
            await settled(1);
            // the spy sees the calls of all nodes, those of the one before included
            assert.deepEqual((watch.error as unknown as { args: unknown[][] }).args, [], 'nothing failed');
            assert.deepEqual(deliveries(), [1]);
            assert.deepEqual([...(await dovecot.flags('anna', 'INBOX')).values()], [['$Done']]);
        });
    }

    const SWITCHES: Array<[string, Change]> = [
        ['its tab is disabled', change('mailbox', { disabled: true })],
        ['it is disabled', change('in', { d: true })]
    ];
    for (const [what, disabled] of SWITCHES) {
        for (const type of DEPLOY_TYPES) {
            it(`goes on where it was after ${what} and enabled again by deploys of ${type}`, async () => {
                await begin();
                const desk = red.node('desk');
                await deploy(disabled(flow()), type);
                await proxy.waitForOpenConnections(0);
                const goesOn = red.node('desk') === desk;
                if (goesOn) {
                    // outcomes that nobody is there to write down
                    answer(3);
                    answer(4, new Error('the desk refuses'));
                }
                await deliver(6);
                await deploy(flow(), type);
                await red.waitForMessage('desk', { count: goesOn ? 6 : 9 });
                for (const subject of goesOn ? [5, 6] : [3, 4, 5, 6]) {
                    answer(subject);
                }
                await settled(goesOn ? 5 : 6);
                assert.deepEqual(deliveries(), goesOn ? [1, 1, 1, 1, 1, 1] : [1, 1, 2, 2, 2, 1]);
                await red.unload();
                const { delivered, pending } = ledger();
                // what failed meanwhile waits for its second try
                const tries = Object.values(pending).map(({ attempt }) => attempt);
                assert.deepEqual(
                    { delivered, tries },
                    goesOn ? { delivered: 5, tries: [1] } : { delivered: 6, tries: [] }
                );
            });
        }
    }
});

function timersNow(): number {
    return process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length;
}
