import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEmbeddedImap } from '../support/embedded-imap';
import { exampleCases, type ExampleMailbox } from '../support/example-cases';
import { ExampleRun, readExample } from '../support/example-run';
import { useNodeRed } from '../support/helper';
import { buildMail } from '../support/mail-builder';
import { startSmtpSink } from '../support/smtp-sink';

const OWN = 'sales@example.org';
const ROOT = join(__dirname, '..', '..');
const NAMES = readdirSync(join(ROOT, 'examples')).map(file => file.replace(/\.json$/, ''));

async function startMailbox(): Promise<ExampleMailbox> {
    const imap = await startEmbeddedImap({ users: { [OWN]: 'secret' } });
    return {
        port: imap.port,
        user: OWN,
        password: 'secret',
        deliver: async (mail, flags) => void imap.appendMessage('INBOX', mail, flags),
        mails: async (folder = 'INBOX') => imap.mails(folder),
        stop: () => imap.close()
    };
}

describe('the example flows', () => {
    describe('on a server in memory', function () {
        this.timeout(60_000);
        const red = useNodeRed();
        exampleCases(red, startMailbox);

        it('forward-replies does not send a mail again that was sent and could not be marked', async () => {
            const imap = await startEmbeddedImap({ users: { [OWN]: 'secret' } });
            imap.mailbox('INBOX').allowPermanentFlags = false;
            const sink = await startSmtpSink({ users: { [OWN]: 'secret' } });
            const flow = await ExampleRun.start(red, 'forward-replies', {
                imapPort: imap.port,
                smtpPort: sink.port,
                environment: {
                    ...{ MAIL_HOST: imap.host, MAIL_USER: OWN, MAIL_PASSWORD: 'secret' },
                    ...{ SMTP_HOST: sink.host, SMTP_USER: OWN, SMTP_PASSWORD: 'secret' },
                    FORWARD_TO: 'office@example.com'
                }
            });
            try {
                imap.appendMessage('INBOX', buildMail());
                const [message] = await flow.waitFor('Sent, not marked', 1);
                assert.match(JSON.stringify(message?.['error']), /FLAG_NOT_PERMITTED/);
                await flow.waitForNothingPending();
                assert.equal(sink.mails.length, 1);
            } finally {
                await flow.stop();
                await sink.stop();
                await imap.close();
            }
        });
    });

    it('use every node of the pack', () => {
        const { 'node-red': pack } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
            'node-red': { nodes: Record<string, string> };
        };
        const used = new Set(NAMES.flatMap(name => readExample(name).map(node => node.type)));
        assert.deepEqual(
            Object.keys(pack.nodes).filter(type => !used.has(type)),
            []
        );
    });

    it('have different ids, so that all of them can be imported into one editor', () => {
        const ids = NAMES.flatMap(name => readExample(name).map(node => node.id));
        assert.equal(new Set(ids).size, ids.length);
    });

    it('hold no login, only the names of variables', () => {
        const values = NAMES.flatMap(name => readExample(name)).flatMap(node => Object.values(node.credentials ?? {}));
        assert.ok(values.length > 0);
        assert.deepEqual(
            values.filter(value => !/^\$\{[A-Z_]+\}$/.test(value)),
            []
        );
    });

    it('are wired to nodes that exist, and leave no output of the pack or function unwired', () => {
        for (const name of NAMES) {
            const nodes = readExample(name);
            const ids = new Set(nodes.map(node => node.id));
            for (const node of nodes) {
                const wires = (node['wires'] ?? []) as string[][];
                assert.ok(
                    wires.flat().every(id => ids.has(id)),
                    `${name}: ${node.name}`
                );
                assert.ok(
                    wires.every(port => port.length > 0),
                    `${name}: ${node.name}`
                );
            }
        }
    });

    it('put every node on the grid', () => {
        for (const name of NAMES) {
            const off = readExample(name).filter(node => Number(node['y'] ?? 0) % 20 !== 0);
            assert.deepEqual(off, [], name);
        }
    });
});
