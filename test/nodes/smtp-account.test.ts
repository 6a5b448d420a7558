import assert from 'node:assert/strict';
import type { NodeAPI } from 'node-red';
import helper = require('node-red-node-test-helper');
import smtpAccount = require('../../nodes/smtp-account');
import { MailError, MailErrorCode } from '../../src/message/mail-error';
import type { MailSenderHolder } from '../../src/runtime/sender-lookup';
import type { MailSender } from '../../src/smtp/smtp-account';
import type { Acceptance } from '../../src/smtp/transport';
import { startSmtpSink, type SmtpSink, type SmtpSinkOptions } from '../support/smtp-sink';
import { createTempFolder, type TempFolder } from '../support/temp-folder';

const runtime = require.resolve(process.env.NODE_RED ?? 'node-red');
helper.init(runtime);
const tlsConfig = require(require.resolve('@node-red/nodes/core/network/05-tls.js', { paths: [runtime] })) as (
    RED: NodeAPI
) => void;

describe('the node smtp-account', () => {
    let userDir: TempFolder;
    const sinks: SmtpSink[] = [];

    before(async () => {
        userDir = createTempFolder('smtp-account');
        helper.settings({ userDir: userDir.path });
        await helper.startServer();
    });
    afterEach(async () => {
        await helper.unload();
        await Promise.all(sinks.splice(0).map(sink => sink.stop()));
    });
    after(async () => {
        await helper.stopServer();
        helper.settings({});
        userDir.remove();
    });

    async function sinkWith(options: SmtpSinkOptions = {}): Promise<SmtpSink> {
        const sink = await startSmtpSink(options);
        sinks.push(sink);
        return sink;
    }

    async function deploy(
        properties: Record<string, unknown>,
        credentials: Record<string, string> = {},
        ca = ''
    ): Promise<MailSender> {
        const flow = [
            { id: 'own-authority', type: 'tls-config', cert: '', key: '', ca: '', verifyservercert: true },
            {
                id: 'account',
                type: 'smtp-account',
                name: 'Shop',
                host: '127.0.0.1',
                security: 'none',
                auth: 'none',
                senderAddress: 'shop@example.com',
                ...properties
            }
        ];
        await helper.load([tlsConfig, smtpAccount], flow, { account: credentials, 'own-authority': { cadata: ca } });
        return (helper.getNode('account') as unknown as MailSenderHolder).sender;
    }

    function send(sender: MailSender): Promise<Acceptance> {
        const options = { to: null, subject: null, signature: true, attachmentsDir: '' };
        const mail = sender.compose({ to: 'ben@example.org', payload: 'Hello' }, options);
        return sender.send(mail, new AbortController().signal);
    }

    it('logs in with its credentials, and trusts the authority of its TLS configuration', async () => {
        const sink = await sinkWith({ secure: true, users: { shop: ' hunter2 ' } });
        const properties = { port: sink.port, security: 'tls', auth: 'password', tls: 'own-authority' };
        const sender = await deploy(properties, { user: 'shop', password: ' hunter2 ' }, sink.certificate);
        assert.equal(sender.problem, null);
        await send(sender);
        assert.deepEqual([sink.mails[0]?.user, sink.mails[0]?.secure], ['shop', true]);
    });

    it('takes any certificate only when it is told so', async () => {
        const sink = await sinkWith({ secure: true });
        const properties = { port: sink.port, security: 'tls' };
        await assert.rejects(send(await deploy(properties)), { code: MailErrorCode.Certificate });
        await helper.unload();
        await send(await deploy({ ...properties, verify: false }));
    });

    const unusable: Array<[string, Record<string, unknown>, MailErrorCode, RegExp]> = [
        ['the host is missing', { host: '' }, MailErrorCode.NotConfigured, /no host/],
        ['the password is missing', { auth: 'password' }, MailErrorCode.NotConfigured, /user name is missing/],
        ['no sender is known', { senderAddress: '' }, MailErrorCode.NotConfigured, /no sender address/],
        ['a variable is not set', { host: '${MAILFLOW_TEST_HOST}' }, MailErrorCode.EnvMissing, /MAILFLOW_TEST_HOST/],
        ['the TLS configuration is gone', { tls: 'gone' }, MailErrorCode.NotConfigured, /TLS configuration/],
        ['a pattern is wrong', { sendAs: ['*'] }, MailErrorCode.InvalidPattern, /no @/],
        ['the port is wrong', { port: 'smtp' }, MailErrorCode.InvalidProperty, /"port"/]
    ];
    for (const [name, properties, code, message] of unusable) {
        it(`keeps its interface and says why it cannot send when ${name}`, async () => {
            const sender = await deploy(properties);
            assert.ok(sender.problem instanceof MailError);
            assert.equal(sender.problem.code, code);
            assert.match(sender.problem.message, message);
            await assert.rejects(async () => send(sender), sender.problem);
        });
    }

    it('takes a sender, a host and numbers from the environment', async () => {
        const sink = await sinkWith();
        process.env['MAILFLOW_TEST_SENDER'] = 'env@example.com';
        process.env['MAILFLOW_TEST_PORT'] = String(sink.port);
        try {
            await send(await deploy({ port: '${MAILFLOW_TEST_PORT}', senderAddress: '${MAILFLOW_TEST_SENDER}' }));
        } finally {
            delete process.env['MAILFLOW_TEST_SENDER'];
            delete process.env['MAILFLOW_TEST_PORT'];
        }
        assert.equal(sink.mails[0]?.from, 'env@example.com');
    });

    it('remembers over a redeploy what it has sent today', async () => {
        const sink = await sinkWith();
        await send(await deploy({ port: sink.port, messagesPerDay: 1 }));
        await helper.unload();
        const sender = await deploy({ port: sink.port, messagesPerDay: 1 });
        await assert.rejects(send(sender), { code: MailErrorCode.Throttled });
        assert.equal(sink.mails.length, 1);
    });

    it('closes its connections when it is removed', async () => {
        const sink = await sinkWith();
        await send(await deploy({ port: sink.port }));
        assert.equal(sink.server.connections.size, 1);
        const closed = new Promise<void>(resolve => {
            for (const connection of sink.server.connections) {
                connection._socket.once('close', () => resolve());
            }
        });
        await helper.unload();
        await closed;
    });
});
