import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { simpleParser } from 'mailparser';
import { MailErrorCode, type MailError } from '../../../src/message/mail-error';
import { composeMail, type MessageFields, type OutgoingMail } from '../../../src/smtp/outgoing';
import { readyMail } from '../../../src/smtp/ready-mail';
import { SmtpAccount } from '../../../src/smtp/smtp-account';
import { liveBytes } from '../../support/live-memory';
import { sendingSettings } from '../../support/sending-settings';
import { startSmtpSink, type SmtpSink } from '../../support/smtp-sink';
import { createTempFolder, type TempFolder } from '../../support/temp-folder';

const MEGABYTE = 1024 * 1024;
const never = new AbortController().signal;
const timeouts = { connectMs: 5_000, greetingMs: 5_000, socketMs: 5_000, closeMs: 100 };
const BIG = randomBytes(3 * MEGABYTE + 1);

describe('a mail with files', () => {
    let temp: TempFolder;

    beforeEach(() => {
        temp = createTempFolder('ready');
        writeFileSync(join(temp.path, 'big.pdf'), BIG);
        writeFileSync(join(temp.path, 'small.txt'), 'small');
        writeFileSync(join(temp.path, 'mail.eml'), Buffer.concat([Buffer.from('Subject: x\r\n\r\n'), BIG]));
    });
    afterEach(() => temp.remove());

    function compose(msg: MessageFields): OutgoingMail {
        const options = { to: null, subject: null, signature: false, attachmentsDir: temp.path };
        return composeMail({ to: 'ben@example.org', payload: 'Grüße', ...msg }, options, sendingSettings());
    }

    const withFiles = (...paths: string[]): OutgoingMail => compose({ attachments: paths.map(path => ({ path })) });

    it('has every byte of them, in every attempt', async () => {
        const mail = compose({
            attachments: [{ path: 'big.pdf' }, { path: 'small.txt' }, { filename: 'given.bin', content: 'given' }]
        });
        const ready = await readyMail(mail, 0);
        for (const attempt of [1, 2]) {
            const bytes = await buffer(ready.open());
            const parsed = await simpleParser(bytes);
            assert.equal(parsed.messageId, mail.messageId, `attempt ${attempt}`);
            assert.equal(parsed.text, 'Grüße');
            assert.deepEqual(
                parsed.attachments.map(({ filename, contentType, content }) => [
                    filename,
                    contentType,
                    createHash('sha256').update(content).digest('hex')
                ]),
                [
                    ['big.pdf', 'application/pdf', createHash('sha256').update(BIG).digest('hex')],
                    ['small.txt', 'text/plain', createHash('sha256').update('small').digest('hex')],
                    ['given.bin', 'application/octet-stream', createHash('sha256').update('given').digest('hex')]
                ]
            );
            assert.ok(Math.abs(bytes.length - ready.size) < 100, `${bytes.length} and ${ready.size}`);
        }
        assert.equal(ready.isEightBit, false);
    });

    it('is refused before anything is sent when it is too large, or a file is missing or outside', async () => {
        await assert.rejects(readyMail(withFiles('big.pdf'), 4 * MEGABYTE), {
            code: MailErrorCode.TooLarge,
            message: /the mail has 4\.1 MB, the account allows 4\.0/
        });
        await assert.rejects(readyMail(withFiles('big.pdf', 'none.pdf'), 0), {
            code: MailErrorCode.AttachmentInvalid,
            message: /none\.pdf.*ENOENT/
        });
        await assert.rejects(readyMail(withFiles('big.pdf', '../x.pdf'), 0), { code: MailErrorCode.AttachmentFolder });
    });

    it('goes out with a large message/rfc822 file unencoded', async () => {
        const ready = await readyMail(withFiles('mail.eml'), 0);
        const bytes = await buffer(ready.open());
        assert.ok(bytes.includes(BIG.subarray(0, 1_000)));
        assert.equal(ready.isEightBit, true);
    });

    describe('sent by an account', () => {
        let sink: SmtpSink;
        let account: SmtpAccount;
        beforeEach(async () => {
            sink = await startSmtpSink();
            const server = {
                label: 'Shop',
                host: sink.host,
                port: sink.port,
                security: 'none',
                tls: {},
                login: null
            } as const;
            account = new SmtpAccount({ server, settings: sendingSettings(), quota: null, timeouts });
        });
        afterEach(async () => {
            await account.close();
            await sink.stop();
        });

        for (const [what, change] of [
            ['became shorter', (path: string) => truncateSync(path, MEGABYTE)],
            ['became longer', (path: string) => appendFileSync(path, 'more')],
            ['was deleted', (path: string) => rmSync(path)]
        ] as const) {
            it(`is not accepted by anybody when a file ${what} after it was made ready`, async () => {
                const mail = withFiles('big.pdf');
                const ready = await readyMail(mail, 0);
                change(join(temp.path, 'big.pdf'));
                await assert.rejects(
                    buffer(ready.open()),
                    ({ cause }: Error) => (cause as MailError).code === MailErrorCode.AttachmentInvalid
                );
            });
        }

        it('fails with the reason, and arrives nowhere, when a file shrinks on the way', async () => {
            const path = join(temp.path, 'big.pdf');
            writeFileSync(path, randomBytes(60 * MEGABYTE));
            let isAccepted = false;
            sink.server.onData = (stream, _session, done) => {
                // far more of it is still to be read than the line holds
                stream.once('data', () => truncateSync(path, MEGABYTE));
                stream.resume();
                stream.once('end', () => {
                    isAccepted = true;
                    done();
                });
            };
            await assert.rejects(account.send(withFiles('big.pdf'), never), {
                code: MailErrorCode.AttachmentInvalid,
                message: /big\.pdf.*was changed/
            });
            assert.equal(isAccepted, false);
        });

        it('needs no memory for its files, however many mails there are', async function () {
            this.timeout(60_000);
            let most = 0;
            sink.server.onData = (stream, _session, done) => {
                stream.on('data', () => undefined);
                stream.on('end', () => {
                    most = Math.max(most, liveBytes());
                    done();
                });
            };
            writeFileSync(join(temp.path, 'big.pdf'), randomBytes(20 * MEGABYTE));
            const before = liveBytes();
            await Promise.all(Array.from({ length: 4 }, () => account.send(withFiles('big.pdf'), never)));
            assert.ok(most - before < 8 * MEGABYTE, `${((most - before) / MEGABYTE).toFixed(1)} MB`);
            assert.deepEqual(readdirSync(temp.path).sort(), ['big.pdf', 'mail.eml', 'small.txt']);
        });
    });
});
