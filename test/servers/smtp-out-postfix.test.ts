import assert from 'node:assert/strict';
import type { NodeAPI, NodeMessage } from 'node-red';
import { simpleParser } from 'mailparser';
import helper = require('node-red-node-test-helper');
import smtpAccount = require('../../nodes/smtp-account');
import smtpOut = require('../../nodes/smtp-out');
import type { ErrorInfo } from '../../src/runtime/error-info';
import type { SentInfo } from '../../src/smtp/submission';
import { startDovecot, type Dovecot } from '../support/dovecot';
import { startPostfix, type Postfix } from '../support/postfix';
import { requireServer } from '../support/require-server';

const runtime = require.resolve(process.env.NODE_RED ?? 'node-red');
helper.init(runtime);
const tlsConfig = require(require.resolve('@node-red/nodes/core/network/05-tls.js', { paths: [runtime] })) as (
    RED: NodeAPI
) => void;

type Message = NodeMessage & { sent?: SentInfo; error?: ErrorInfo };

/** A forwarded mail with umlauts in Latin-1, a line that begins with a dot, and a boundary of its own. */
const forwarded = Buffer.from(
    [
        'From: Anna <anna@example.net>',
        'Subject: Frage',
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=iso-8859-1',
        'Content-Transfer-Encoding: 8bit',
        '',
        'Gr\xfc\xdfe',
        '.',
        '..zwei Punkte',
        ''
    ].join('\r\n'),
    'latin1'
);

describe('smtp-out with a Postfix that demands a login', function () {
    this.timeout(60_000);
    let dovecot: Dovecot;
    let postfix: Postfix;

    before(async function () {
        requireServer(this, 'dovecot');
        requireServer(this, 'postfix');
        dovecot = await startDovecot({ authService: true });
        postfix = await startPostfix({
            loginAt: dovecot,
            recipients: ['ben@example.org', 'copy@example.org'],
            parameters: { message_size_limit: '200000' }
        });
        await helper.startServer();
    });
    afterEach(() => helper.unload());
    after(async () => {
        await helper.stopServer();
        await postfix?.stop();
        await dovecot?.stop();
    });

    /** Deploys account and node, sends one message through and resolves with it at whichever output it comes out. */
    async function send(
        fields: Record<string, unknown>,
        account: Record<string, unknown> = {},
        password = 'secret'
    ): Promise<Message> {
        const flow = [
            { id: 'flow', type: 'tab' },
            { id: 'own-authority', type: 'tls-config', cert: '', key: '', ca: '', verifyservercert: true },
            {
                id: 'account',
                type: 'smtp-account',
                name: 'Shop',
                host: 'localhost',
                port: postfix.port,
                security: 'starttls',
                tls: 'own-authority',
                senderName: 'Shop Müller',
                senderAddress: 'shop@example.com',
                signatureText: 'Your shop',
                ...account
            },
            { id: 'out', z: 'flow', type: 'smtp-out', account: 'account', attempts: 1, wires: [['end'], ['end']] },
            { id: 'end', z: 'flow', type: 'helper' }
        ];
        await helper.load([tlsConfig, smtpAccount, smtpOut], flow, {
            account: { user: 'anna', password },
            'own-authority': { cadata: postfix.certificate }
        });
        return new Promise(resolve => {
            helper.getNode('end').once('input', msg => resolve(msg as Message));
            helper.getNode('out').receive(fields as unknown as NodeMessage);
        });
    }

    for (const security of ['starttls', 'tls']) {
        it(`delivers text, umlauts and attachments byte for byte over ${security}`, async () => {
            const before = postfix.mails().length;
            const pdf = Buffer.from(Array.from({ length: 3_000 }, (_, index) => index % 256));
            const { sent, error } = await send(
                {
                    to: 'Ben <ben@example.org>',
                    bcc: 'copy@example.org',
                    topic: 'Angebot für Grüße',
                    payload: 'Guten Tag\n.\n..Ende',
                    attachments: [
                        { filename: 'Größe.pdf', contentType: 'application/pdf', content: pdf },
                        { filename: 'mail.eml', contentType: 'message/rfc822', content: forwarded }
                    ]
                },
                { security, port: security === 'tls' ? postfix.tlsPort : postfix.port }
            );
            assert.equal(error, undefined);
            assert.deepEqual(sent?.accepted, ['ben@example.org', 'copy@example.org']);
            assert.match(sent?.response ?? '', /^250 2\.0\.0 Ok: queued/);

            const mails = (await postfix.waitForMails(before + 2)).slice(before);
            assert.deepEqual(mails.map(mail => mail.to).sort(), ['ben@example.org', 'copy@example.org']);
            for (const { from, raw } of mails) {
                assert.equal(from, 'shop@example.com');
                assert.ok(raw.includes(forwarded), 'the forwarded mail keeps its bytes');
                assert.doesNotMatch(raw.toString('latin1'), /^Bcc:/im);
                const mail = await simpleParser(raw);
                assert.equal(mail.messageId, sent?.messageId);
                assert.equal(mail.subject, 'Angebot für Grüße');
                assert.equal(mail.text?.trimEnd(), 'Guten Tag\n.\n..Ende\n\n-- \nYour shop');
                assert.deepEqual(mail.from?.value, [{ name: 'Shop Müller', address: 'shop@example.com' }]);
                const [attachment] = mail.attachments;
                assert.equal(attachment?.filename, 'Größe.pdf');
                assert.deepEqual(attachment?.content, pdf);
            }
        });
    }

    it('reports the recipient that does not exist, and delivers to the other', async () => {
        const before = postfix.mails().length;
        const { sent } = await send({ to: 'ben@example.org, nobody@example.org', payload: 'Hello' });
        assert.deepEqual(sent?.accepted, ['ben@example.org']);
        assert.equal(sent?.rejected[0]?.address, 'nobody@example.org');
        assert.match(sent?.rejected[0]?.response ?? '', /^550 5\.1\.1/);
        await postfix.waitForMails(before + 1);
    });

    it('gives up a recipient that the server does not serve, with its words', async () => {
        const { error } = await send({ to: 'ben@elsewhere.example', payload: 'Hello' });
        assert.deepEqual([error?.code, error?.kind], ['RECIPIENTS_REFUSED', 'permanent']);
        assert.match(error?.response ?? '', /Relay access denied/);
    });

    it('gives up a mail that is larger than the server allows, before it is transmitted', async () => {
        const attachments = [{ filename: 'a.bin', content: Buffer.alloc(300_000) }];
        const { error } = await send({ to: 'ben@example.org', payload: 'Hello', attachments });
        assert.deepEqual([error?.code, error?.kind], ['TOO_LARGE', 'permanent']);
    });

    it('says that the password is wrong', async () => {
        const { error } = await send({ to: 'ben@example.org', payload: 'x' }, {}, 'hunter2');
        assert.deepEqual([error?.code, error?.kind], ['CREDENTIALS_REJECTED', 'credentials']);
        assert.doesNotMatch(JSON.stringify(error), /hunter2/);
    });

    it('does not get in without a login', async () => {
        const { error } = await send({ to: 'ben@example.org', payload: 'x' }, { auth: 'none' });
        assert.equal(error?.kind, 'permanent');
        assert.match(error?.response ?? '', /Access denied/);
    });
});
