import assert from 'node:assert/strict';
import type { ExampleMailbox } from './example-cases';
import { ExampleRun, type ExampleServers } from './example-run';
import type { NodeRedUnderTest } from './helper';
import { buildMail, type MailParts } from './mail-builder';
import { startSmtpSink, type SmtpSink } from './smtp-sink';

const SPRING = 'sales+spring@example.org';
const OWN = 'sales@example.org';
const TARGET = 'office@example.com';
const AUTUMN = 'sales+autumn@example.org';

/** Checks what the examples promise that sort and search answers, on whatever server the mailbox lies. */
export function answerExampleCases(red: NodeRedUnderTest, startMailbox: () => Promise<ExampleMailbox>): void {
    let mailbox: ExampleMailbox;
    let run: ExampleRun | undefined;

    beforeEach(async () => {
        mailbox = await startMailbox();
    });
    afterEach(async () => {
        await run?.stop();
        run = undefined;
        await mailbox?.stop();
    });

    async function start(name: string, servers: Partial<ExampleServers> = {}): Promise<ExampleRun> {
        const account = { MAIL_HOST: '127.0.0.1', MAIL_USER: mailbox.user, MAIL_PASSWORD: mailbox.password };
        const environment = { ...account, ...servers.environment };
        run = await ExampleRun.start(red, name, { imapPort: mailbox.port, ...servers, environment });
        return run;
    }

    function answer(parts: MailParts): Buffer {
        return buildMail({ subject: 'Re: Offer', text: 'Yes.', ...parts });
    }

    describe('campaigns-by-address', () => {
        it('moves each answer to its campaign, by the address it came to, and leaves other mail', async () => {
            const flow = await start('campaigns-by-address');
            const mails = [
                answer({ to: 'sales@example.org', headers: { 'Delivered-To': SPRING } }),
                answer({ to: 'sales@example.org', headers: { 'X-Original-To': AUTUMN.toUpperCase() } }),
                answer({ to: `Sales <${SPRING}>, ben@example.com` }),
                answer({ to: 'ben@example.com', cc: AUTUMN }),
                answer({ to: 'sales+unknown@example.org' })
            ];
            for (const mail of mails) {
                await mailbox.deliver(mail);
            }
            const stored = await flow.waitFor('Stored', 4);
            await flow.waitFor('No campaign', 1);
            const folders = stored.map(({ mail }) => (mail as { ref: { folder: string } }).ref.folder);
            assert.deepEqual(folders.sort(), [
                'Campaigns/Autumn',
                'Campaigns/Autumn',
                'Campaigns/Spring',
                'Campaigns/Spring'
            ]);
            const [left] = await mailbox.mails();
            assert.deepEqual([left?.raw, left?.flags], [mails[4], []]);
            assert.equal((await mailbox.mails('Campaigns/Spring')).length, 2);
            assert.equal((await mailbox.mails('Campaigns/Autumn')).length, 2);
            assert.deepEqual(flow.received('Given up'), []);
        });
    });

    describe('store-and-forward-replies', () => {
        let sink: SmtpSink;

        beforeEach(async () => {
            sink = await startSmtpSink({ users: { [OWN]: 'secret' } });
        });
        afterEach(() => sink.stop());

        function startMode(automatic: boolean, forward: boolean): Promise<ExampleRun> {
            return start('store-and-forward-replies', {
                smtpPort: sink.port,
                environment: { SMTP_HOST: sink.host, SMTP_USER: OWN, SMTP_PASSWORD: 'secret', FORWARD_TO: TARGET },
                flowVariables: { INCLUDE_AUTOMATIC: String(automatic), FORWARD: String(forward) }
            });
        }

        const human = answer({ subject: 'Re: Spring', inReplyTo: '<campaign@example.org>' });
        const absent = answer({ subject: 'Away', headers: { 'Auto-Submitted': 'auto-replied' } });

        for (const [automatic, forward, stored, sent] of [
            [true, false, 2, 0],
            [false, false, 1, 0],
            [true, true, 2, 2],
            [false, true, 1, 1]
        ] as const) {
            const what = `${forward ? 'forwards and stores' : 'stores'} ${automatic ? 'every reply' : 'what people wrote'}`;
            it(`${what}, and leaves the originals as they are`, async () => {
                const flow = await startMode(automatic, forward);
                await mailbox.deliver(human);
                await mailbox.deliver(absent);
                await flow.waitFor(forward ? 'Stored and forwarded' : 'Stored only', forward ? sent : stored);
                if (!automatic) {
                    await flow.waitFor('Automatic, left alone', 1);
                }
                await flow.waitForNothingPending();
                const copies = await mailbox.mails('Replies');
                const expected = (await mailbox.mails()).map(mail => mail.raw).slice(0, stored);
                assert.deepEqual(
                    copies.map(mail => mail.raw),
                    expected
                );
                assert.ok((await mailbox.mails()).every(mail => mail.flags.length === 0));
                assert.deepEqual(
                    sink.mails.map(mail => mail.to),
                    Array.from({ length: sent }, () => [TARGET])
                );
                for (const name of ['Not sent', 'Not forwarded', 'Given up']) {
                    assert.deepEqual(flow.received(name), [], name);
                }
            });
        }

        it('stores a reply once when it has to be sent a second time', async () => {
            sink.refuse = { data: { code: 554, text: 'not today' } };
            const flow = await startMode(false, true);
            await mailbox.deliver(human);
            await flow.waitFor('Not sent', 1);
            sink.refuse = {};
            await flow.waitFor('Stored and forwarded', 1);
            assert.equal((await mailbox.mails('Replies')).length, 1);
            assert.equal(sink.mails.length, 1);
        });
    });

    describe('search-answers', () => {
        it('shows what was written, without the quote, and leaves the mails unread', async () => {
            const text = 'Ja, gerne.\n\nAm 09.03.2026 um 09:12 schrieb Petra Brandt:\n> Passt Dienstag?\n';
            const flow = await start('search-answers');
            await mailbox.deliver(answer({ text }));
            await mailbox.deliver(answer({ text: 'Read already.' }), ['\\Seen']);
            await mailbox.deliver(answer({ subject: 'Something else', text: 'No answer.' }));
            await mailbox.deliver(answer({ text: 'Nein.' }));
            flow.press('Look');
            const answers = await flow.waitFor('Answer', 2);
            assert.deepEqual(
                answers.map(({ payload }) => String(payload).trim()),
                ['Ja, gerne.', 'Nein.']
            );
            const flags = (await mailbox.mails()).map(mail => mail.flags);
            assert.deepEqual(flags, [[], ['\\Seen'], [], []]);
        });

        it('says so when there is none', async () => {
            const flow = await start('search-answers');
            flow.press('Look');
            const [message] = await flow.waitFor('Nothing found', 1);
            assert.deepEqual(message?.['payload'], []);
        });
    });
}
