import assert from 'node:assert/strict';
import type { ExampleRun } from '../example-run';
import { buildMail, type MailParts } from '../mail-builder';
import { TARGET, type CaseServers } from './case-servers';

const SPRING = 'sales+spring@example.org';
const AUTUMN = 'sales+autumn@example.org';

/** Answers are sorted, stored and searched. */
export function answerCases(servers: CaseServers): void {
    describe('campaigns-by-address', () => {
        it('moves each answer to its campaign, by the address it came to, and leaves other mail', async () => {
            const flow = await servers.start('campaigns-by-address');
            const mails = [
                answer({ to: 'sales@example.org', headers: { 'Delivered-To': SPRING } }),
                answer({ to: 'sales@example.org', headers: { 'X-Original-To': AUTUMN.toUpperCase() } }),
                answer({ to: `Sales <${SPRING}>, ben@example.com` }),
                answer({ to: 'ben@example.com', cc: AUTUMN }),
                answer({ to: 'sales+unknown@example.org' })
            ];
            for (const mail of mails) {
                await servers.mailbox.deliver(mail);
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
            const [left] = await servers.mailbox.mails();
            assert.deepEqual([left?.raw, left?.flags], [mails[4], []]);
            assert.equal((await servers.mailbox.mails('Campaigns/Spring')).length, 2);
            assert.equal((await servers.mailbox.mails('Campaigns/Autumn')).length, 2);
            assert.deepEqual(flow.received('Given up'), []);
        });
    });

    describe('store-and-forward-replies', () => {
        function startMode(automatic: boolean, forward: boolean): Promise<ExampleRun> {
            const flowVariables = { INCLUDE_AUTOMATIC: String(automatic), FORWARD: String(forward) };
            return servers.start('store-and-forward-replies', {}, { flowVariables });
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
                await servers.mailbox.deliver(human);
                await servers.mailbox.deliver(absent);
                await flow.waitFor(forward ? 'Stored and forwarded' : 'Stored only', forward ? sent : stored);
                if (!automatic) {
                    await flow.waitFor('Automatic, left alone', 1);
                }
                await flow.waitForNothingPending();
                const copies = await servers.mailbox.mails('Replies');
                const expected = (await servers.mailbox.mails()).map(mail => mail.raw).slice(0, stored);
                assert.deepEqual(
                    copies.map(mail => mail.raw),
                    expected
                );
                assert.ok((await servers.mailbox.mails()).every(mail => mail.flags.length === 0));
                assert.deepEqual(
                    servers.sink.mails.map(mail => mail.to),
                    Array.from({ length: sent }, () => [TARGET])
                );
                for (const name of ['Not sent', 'Not forwarded', 'Given up']) {
                    assert.deepEqual(flow.received(name), [], name);
                }
            });
        }

        it('stores a reply once when it has to be sent a second time', async () => {
            servers.sink.refuse = { data: { code: 554, text: 'not today' } };
            const flow = await startMode(false, true);
            await servers.mailbox.deliver(human);
            await flow.waitFor('Not sent', 1);
            servers.sink.refuse = {};
            await flow.waitFor('Stored and forwarded', 1);
            assert.equal((await servers.mailbox.mails('Replies')).length, 1);
            assert.equal(servers.sink.mails.length, 1);
        });
    });

    describe('search-answers', () => {
        it('shows what was written, without the quote, and leaves the mails unread', async () => {
            const text = 'Ja, gerne.\n\nAm 09.03.2026 um 09:12 schrieb Petra Brandt:\n> Passt Dienstag?\n';
            const flow = await servers.start('search-answers');
            await servers.mailbox.deliver(answer({ text }));
            await servers.mailbox.deliver(answer({ text: 'Read already.' }), ['\\Seen']);
            await servers.mailbox.deliver(answer({ subject: 'Something else', text: 'No answer.' }));
            await servers.mailbox.deliver(answer({ text: 'Nein.' }));
            flow.press('Look');
            const answers = await flow.waitFor('Answer', 2);
            assert.deepEqual(
                answers.map(({ payload }) => String(payload).trim()),
                ['Ja, gerne.', 'Nein.']
            );
            const flags = (await servers.mailbox.mails()).map(mail => mail.flags);
            assert.deepEqual(flags, [[], ['\\Seen'], [], []]);
        });

        it('says so when there is none', async () => {
            const flow = await servers.start('search-answers');
            flow.press('Look');
            const [message] = await flow.waitFor('Nothing found', 1);
            assert.deepEqual(message?.['payload'], []);
        });
    });
}

function answer(parts: MailParts): Buffer {
    return buildMail({ subject: 'Re: Offer', text: 'Yes.', ...parts });
}
