import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { startDovecot, type Dovecot } from '../support/dovecot';
import { requireServer } from '../support/require-server';
import { startRuntime, type Runtime } from '../support/runtime';
import { startSmtpSink, type SmtpSink } from '../support/smtp-sink';

const ANNA = 'anna@example.org';
const BERT = 'bert@example.org';
const PDF_BYTES = 36 * 1024 * 1024;

describe('a mail of 50 MB', function () {
    this.timeout(90_000);
    let dovecot: Dovecot;
    let sink: SmtpSink;
    let runtime: Runtime | undefined;

    before(async function () {
        requireServer(this, 'dovecot');
        dovecot = await startDovecot({ storage: 'sdbox', users: { [ANNA]: 'secret', [BERT]: 'secret' } });
        sink = await startSmtpSink();
    });
    after(async () => {
        await runtime?.stop();
        await sink?.stop();
        await dovecot?.stop();
    });

    it('is stored in another account and forwarded, each time byte for byte', async () => {
        const encoded = randomBytes(PDF_BYTES).toString('base64').replace(/.{76}/g, '$&\r\n');
        const original = Buffer.from(
            'From: ben@example.com\r\nMessage-ID: <plan@example.com>\r\nSubject: plan\r\n' +
                'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsee the plan\r\n--b\r\n' +
                'Content-Type: application/pdf; name="plan.pdf"\r\nContent-Disposition: attachment\r\n' +
                `Content-Transfer-Encoding: base64\r\n\r\n${encoded}\r\n--b--\r\n`
        );
        assert.ok(original.length > 48e6);
        await dovecot.fill(ANNA, 'INBOX', [original]);
        const local = { host: '127.0.0.1', security: 'none' };
        runtime = await startRuntime({
            flows: [
                { id: 'tab', type: 'tab', label: 'Mail' },
                { id: 'anna', type: 'imap-account', ...local, port: dovecot.port },
                { id: 'bert', type: 'imap-account', ...local, port: dovecot.port },
                { id: 'post', type: 'smtp-account', ...local, port: sink.port, auth: 'none', senderAddress: ANNA },
                {
                    id: 'in',
                    z: 'tab',
                    type: 'imap-in',
                    account: 'anna',
                    start: 'all',
                    content: 'headers',
                    wires: [['save'], []]
                },
                {
                    id: 'save',
                    z: 'tab',
                    type: 'save-mail',
                    source: 'original',
                    account: 'bert',
                    folder: 'INBOX',
                    wires: [['compose']]
                },
                {
                    id: 'compose',
                    z: 'tab',
                    type: 'compose-mail',
                    action: 'forward',
                    to: 'boss@example.net',
                    toType: 'str',
                    wires: [['send'], []]
                },
                { id: 'send', z: 'tab', type: 'smtp-out', account: 'post', to: 'to', toType: 'msg', wires: [[], []] }
            ],
            credentials: { anna: { user: ANNA, password: 'secret' }, bert: { user: BERT, password: 'secret' } }
        });
        const [forward] = await sink.waitForMails(1, 60_000).catch(() => []);
        assert.ok(forward, runtime.log.slice(-20).join('\n'));
        assert.ok(forward.raw.includes(original.subarray(0, -2)));
        const [kept] = await dovecot.list(BERT, 'INBOX');
        const copy = await dovecot.raw(BERT, 'INBOX', kept?.uid ?? 0);
        assert.ok(copy.equals(original));
    });
});
