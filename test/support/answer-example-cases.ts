import assert from 'node:assert/strict';
import type { ExampleMailbox } from './example-cases';
import { ExampleRun } from './example-run';
import type { NodeRedUnderTest } from './helper';
import { buildMail, type MailParts } from './mail-builder';

const SPRING = 'sales+spring@example.org';
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

    async function start(name: string): Promise<ExampleRun> {
        const environment = { MAIL_HOST: '127.0.0.1', MAIL_USER: mailbox.user, MAIL_PASSWORD: mailbox.password };
        run = await ExampleRun.start(red, name, { imapPort: mailbox.port, environment });
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
