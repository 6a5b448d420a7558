import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import helper = require('node-red-node-test-helper');
import filterSender = require('../../nodes/filter-sender');
import imapAccount = require('../../nodes/imap-account');
import imapIn = require('../../nodes/imap-in');
import type { MailMessage } from '../../src/message/types';
import { startDovecot, type Dovecot } from '../support/dovecot';
import { useNodeRed } from '../support/helper';
import { rawMail } from '../support/raw-mail';
import { requireServer } from '../support/require-server';
import { createTempFolder, type TempFolder } from '../support/temp-folder';
import { startProxy, type TcpProxy } from '../support/tcp-proxy';

const PASSWORD = 'Geheim-4711';
const FROM = 'From: Buyer <buyer@channel.example.com>';
const OWN = 'Received: from mail.example.com (mail.example.com [192.0.2.7]) by mx.example (Postfix)';
const PASS = 'Authentication-Results: mx.example; dmarc=pass header.from=channel.example.com';

/** A mail whose header begins with these lines. */
function mail(subject: string, ...lines: string[]): Buffer {
    return rawMail(...lines, ...(lines.includes(FROM) ? [] : [FROM]), `Subject: ${subject}`, '', 'Hello', '');
}

/** As supertest offers it. */
interface Request {
    post(path: string): Promise<{ status: number; body: unknown }>;
}

describe('authentication on Dovecot', function () {
    this.timeout(30_000);
    const red = useNodeRed();
    let dovecot: Dovecot;
    let proxy: TcpProxy;
    let userDir: TempFolder;

    before(async function () {
        requireServer(this, 'dovecot');
        // with sdbox, mails delivered in one moment get their UIDs in the order of delivery
        dovecot = await startDovecot({ storage: 'sdbox', users: { anna: PASSWORD } });
        proxy = await startProxy(dovecot);
    });
    after(async () => {
        await proxy?.stop();
        await dovecot?.stop();
    });
    beforeEach(() => {
        userDir = createTempFolder('user-dir');
        helper.settings({ userDir: userDir.path });
        proxy.forgetCommands();
    });
    afterEach(async () => {
        await red.unload();
        // a write of the ledger that is under way must not meet a folder that is being removed
        await rm(userDir.path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
        userDir.remove();
        await dovecot.doveadm('expunge', '-u', 'anna', 'mailbox', 'INBOX', 'all');
    });

    async function deploy(input: object = {}, filter: object = {}, password = PASSWORD): Promise<void> {
        const flow = [
            { id: 'tab', type: 'tab' },
            { id: 'account', type: 'imap-account', host: proxy.host, port: proxy.port, security: 'none' },
            {
                id: 'in',
                z: 'tab',
                type: 'imap-in',
                account: 'account',
                start: 'all',
                wires: [['filter'], ['given-up']],
                ...input
            },
            {
                ...{ id: 'filter', z: 'tab', type: 'filter-sender', wires: [['match'], ['other']] },
                ...{ senders: ['*@channel.example.com'], authservIds: ['mx.example'], ...filter }
            },
            ...['match', 'other', 'given-up'].map(id => ({ id, z: 'tab', type: 'recorder' }))
        ];
        await red.loadFlow([imapAccount, imapIn, filterSender], flow, { account: { user: 'anna', password } });
    }

    for (const content of ['headers', 'text', 'full']) {
        it(`is judged by the order of the fields as they lie on the server, with content "${content}"`, async () => {
            const mails = [
                mail('genuine', OWN, PASS),
                mail('forged below a foreign line', OWN, 'Received: from a by smtp.bad.com', PASS),
                mail('forged below From', OWN, FROM, PASS),
                mail('failed', OWN, PASS.replace('pass', 'fail'), OWN, PASS),
                mail('for another domain', OWN, PASS.replace('channel.example.com', 'bad.com'))
            ];
            for (const raw of mails) {
                await dovecot.deliver('anna', 'INBOX', raw);
            }
            await deploy({ content });
            await red.waitForMessage('other', { count: 4 });
            const genuine = await red.waitForMessage<MailMessage>('match');
            assert.equal(genuine.topic, 'genuine');
            assert.deepEqual(genuine.mail.authentication, {
                result: 'pass',
                method: 'dmarc',
                domain: 'channel.example.com',
                via: 'authentication-results:mx.example',
                reasons: ['dmarc=pass header.from=channel.example.com']
            });
            const others = red.recorded('other').map(({ msg }) => msg as unknown as MailMessage);
            assert.deepEqual(
                Object.fromEntries(others.map(({ topic, mail: info }) => [topic, info.authentication['result']])),
                {
                    'forged below a foreign line': 'unknown',
                    'forged below From': 'unknown',
                    failed: 'fail',
                    'for another domain': 'fail'
                }
            );
        });
    }

    it('gives a mail up, with the reason, that its server could not judge', async () => {
        await dovecot.deliver('anna', 'INBOX', mail('undecided', OWN, PASS.replace('=pass', '=temperror')));
        await deploy({ attempts: 1 });
        const message = await red.waitForMessage<{ error: { message: string } }>('given-up');
        assert.match(message.error.message, /could not find out whether "channel\.example\.com" sent the mail/);
        assert.equal(red.recorded('match').length + red.recorded('other').length, 0);
    });

    describe('the look for the server', () => {
        // an account without a watcher, so that every command is one of the look
        const look = async (id = 'account'): Promise<unknown> =>
            (await (red.request() as Request).post(`/mailflow/authserv-ids/${id}`)).body;
        const alone = { start: 'new', account: '' };

        it('lists who judged the latest 20 mails, and reads nothing else', async () => {
            for (let count = 0; count < 6; count++) {
                await dovecot.deliver('anna', 'INBOX', mail('old', 'Authentication-Results: old.example; none'));
            }
            for (let count = 0; count < 18; count++) {
                await dovecot.deliver(
                    'anna',
                    'INBOX',
                    mail('new', PASS, 'Authentication-Results: other.example; none')
                );
            }
            await deploy(alone);
            assert.deepEqual(await look(), {
                mails: 20,
                ids: [
                    { id: 'mx.example', mails: 18, topmost: 18 },
                    { id: 'old.example', mails: 2, topmost: 2 },
                    { id: 'other.example', mails: 18, topmost: 0 }
                ]
            });
            const commands = proxy.commands().filter(command => /^(UID )?(FETCH|SELECT|EXAMINE|STORE)/i.test(command));
            assert.match(commands[0] ?? '', /^EXAMINE/);
            assert.equal(commands.length, 2);
            assert.match(commands[1] ?? '', /BODY\.PEEK\[HEADER\.FIELDS \(AUTHENTICATION-RESULTS\)\]\)$/i);
            assert.ok([...(await dovecot.flags('anna', 'INBOX')).values()].every(flags => flags.length === 0));
        });

        it('says so when the mailbox is empty, the account unknown or the password wrong', async () => {
            await deploy(alone);
            assert.deepEqual(await look(), { mails: 0, ids: [] });
            assert.match(JSON.stringify(await look('gone')), /no account is chosen/);
            await red.unload();
            await deploy(alone, {}, 'wrong');
            const answer = JSON.stringify(await look());
            assert.match(answer, /login failed/);
            assert.doesNotMatch(answer, /wrong/);
        });
    });
});
