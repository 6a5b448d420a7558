import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Inquiry } from '../../src/inquiry/types';
import { startEmbeddedImap } from '../support/embedded-imap';
import { exampleCases, type ExampleMailbox } from '../support/example-cases';
import { ExampleRun, readExample } from '../support/example-run';
import { useNodeRed } from '../support/helper';
import { buildMail } from '../support/mail-builder';
import { startSmtpSink } from '../support/smtp-sink';
import { createTempFolder } from '../support/temp-folder';
import { startTokenServer } from '../support/token-server';

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

    describe('with OAuth2', function () {
        this.timeout(60_000);
        const red = useNodeRed();

        it('shared-mailbox-microsoft365 imports inquiries with a token, and leaves the mails unread', async () => {
            const secrets = createTempFolder('secrets');
            const tokenFile = join(secrets.path, 'refresh-token');
            writeFileSync(tokenFile, 'refresh-token-1\n');
            const imap = await startEmbeddedImap({ users: {} });
            imap.addToken(OWN, 'access-token-1');
            const provider = await startTokenServer('access-token-1');
            let flow: ExampleRun | undefined;
            try {
                flow = await ExampleRun.start(red, 'shared-mailbox-microsoft365', {
                    imapPort: imap.port,
                    environment: {
                        ...{ MAIL_USER: OWN, MAIL_CLIENT_ID: 'our app', MAIL_TENANT: 'example.com' },
                        MAIL_REFRESH_TOKEN_FILE: tokenFile
                    },
                    signIn: {
                        provider: 'custom',
                        tokenUrl: provider.url,
                        deviceUrl: provider.url,
                        credentials: { refreshToken: '${MAIL_REFRESH_TOKEN}' }
                    }
                });
                const text = 'Name: Kai\nAnfrage zu: Drehmaschine D 420\nNachricht an Sie: Ist sie noch da?\n';
                imap.appendMessage('INBOX', buildMail({ from: 'buyer-1@channel.machineseeker.com', text }));
                const [inquiry] = await flow.waitFor('Inquiry', 1);
                assert.equal((inquiry?.['payload'] as Inquiry).contact.name, 'Kai');
                assert.deepEqual(imap.mails('INBOX')[0]?.flags, []);
                assert.deepEqual(provider.requests, [
                    { grant_type: 'refresh_token', refresh_token: 'refresh-token-1', client_id: 'our app' }
                ]);
            } finally {
                await flow?.stop();
                await provider.stop();
                await imap.close();
                secrets.remove();
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
