import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BOSS, ComposeSuite, OWN, question, type Message, type Properties } from '../support/compose-suite';
import { buildMail, type MailParts } from '../support/mail-builder';

describe('the loop guard of compose-mail', function () {
    this.timeout(20_000);
    const suite = ComposeSuite.use();

    describe('keeps back', () => {
        const cases: Array<[string, string, Properties, MailParts]> = [
            [
                'an answer to a bounce',
                'automatic',
                { action: 'reply', text: 'x' },
                { headers: { 'Content-Type': 'multipart/report; report-type=delivery-status; boundary=x' } }
            ],
            [
                'an answer to an automatic answer',
                'automatic',
                { action: 'reply', text: 'x' },
                { headers: { 'Auto-Submitted': 'auto-replied (vacation)' } }
            ],
            [
                'an answer to a list',
                'automatic',
                { action: 'reply', text: 'x' },
                { headers: { 'List-Id': '<l.example.com>' } }
            ],
            [
                'an answer to bulk mail',
                'automatic',
                { action: 'reply', text: 'x' },
                { headers: { Precedence: 'bulk' } }
            ],
            [
                'an answer where none is wanted',
                'automatic',
                { action: 'reply', text: 'x' },
                { headers: { 'X-Auto-Response-Suppress': 'OOF, AutoReply' } }
            ],
            ['an answer to nobody', 'automatic', { action: 'reply', text: 'x' }, { from: 'no-reply@example.com' }],
            [
                'an answer to an empty return path',
                'automatic',
                { action: 'reply', text: 'x' },
                { headers: { 'Return-Path': '<>' } }
            ],
            ['an answer to itself', 'nobody', { action: 'reply', text: 'x' }, { from: OWN }],
            [
                'a mail for its author that is called new',
                'automatic',
                { action: 'new', to: 'ben@example.com', text: 'x' },
                { headers: { Precedence: 'bulk' } }
            ],
            [
                'a forward of a bounce',
                'automatic',
                { action: 'forward', to: BOSS },
                { from: 'MAILER-DAEMON@example.com' }
            ],
            ['a forward to itself', 'own-address', { action: 'forward', to: OWN.toUpperCase() }, {}],
            ['a forward to its author', 'author', { action: 'forward', to: `${BOSS}, ben@example.com` }, {}],
            [
                'a mail that was here before',
                'returned',
                { action: 'forward', to: BOSS },
                { headers: { 'X-Loop': OWN } }
            ],
            [
                'a mail that it has resent',
                'returned',
                { action: 'forward', to: BOSS },
                { headers: { 'Resent-From': `Sales <${OWN}>` } }
            ],
            [
                'a mail delivered here twice',
                'returned',
                { action: 'forward', to: BOSS },
                { headers: { 'Delivered-To': [OWN, 'x@example.com', OWN] } }
            ],
            [
                'a mail of too many servers',
                'hops',
                { action: 'forward', to: BOSS },
                { headers: { Received: Array<string>(31).fill('from a by b') } }
            ],
            [
                'a redirect with an empty sender',
                'automatic',
                { action: 'redirect', to: BOSS },
                { headers: { 'Return-Path': '<>' } }
            ]
        ];
        for (const [what, reason, node, parts] of cases) {
            it(`${what}, at the second output and without an error`, async () => {
                await suite.load(node);
                suite.give(await suite.received(question(parts)));
                assert.deepEqual(
                    [(await suite.refusal()).reason, (await suite.refusal()).code],
                    [reason, 'LOOP_GUARD']
                );
                assert.match(
                    JSON.stringify(suite.red.statuses('compose').at(-1)),
                    /"yellow".*compose-mail\.status\.refused/
                );
                assert.deepEqual(suite.red.errors('compose'), []);
                assert.equal(suite.sink.mails.length, 0);
            });
        }

        it('what filter-automatic calls automatic, and passes on a mere automatic answer', async () => {
            await suite.load({ action: 'forward', to: BOSS });
            const message = await suite.received(question());
            suite.give({ ...message, mail: { ...(message['mail'] as object), automatic: { kind: 'bounce' } } });
            assert.equal((await suite.refusal()).reason, 'automatic');
            const notice = await suite.received(question({ headers: { 'Auto-Submitted': 'auto-replied' } }));
            suite.give({ ...notice, mail: { ...(notice['mail'] as object), automatic: { kind: 'auto-reply' } } });
            const [sent] = await suite.sink.waitForMails(1);
            assert.match((sent?.raw as Buffer).toString(), /^Kind: {4}auto-reply\r$/m);
        });

        it('its own forward that comes back, but no forged or foreign mark', async () => {
            await suite.load({ action: 'forward', to: BOSS });
            const foreign = 'AAAAAAAAAAAA BBBBBBBBBBBB CCCCCCCCCCCCCCCCCCCCCCCC';
            suite.give(await suite.received(question({ headers: { 'X-Mailflow-Forward': foreign } })));
            const [sent] = await suite.sink.waitForMails(1);
            const raw = (sent?.raw as Buffer).toString();
            assert.ok(raw.includes(`X-Mailflow-Forward: ${foreign}\r\n`));
            const mark = /^X-Mailflow-Forward: ([\w-]{12}) (.*) (.*)\r$/m.exec(raw);
            suite.give(
                await suite.received(
                    question({ headers: { 'X-Mailflow-Forward': `${mark?.[1]} ${mark?.[2]} ${'x'.repeat(24)}` } })
                )
            );
            await suite.sink.waitForMails(2);
            suite.give(
                await suite.received(
                    buildMail({
                        from: 'Robot <robot@example.com>',
                        headers: { 'X-Mailflow-Forward': mark?.[0].slice(20) ?? '' }
                    })
                )
            );
            assert.equal((await suite.refusal()).reason, 'own-mark');
        });

        it('a mail that was sent already, also under another UID and after a restart', async () => {
            const mail = question();
            await suite.load({ action: 'forward', to: BOSS });
            suite.give(await suite.received(mail));
            await suite.red.waitForMessage('sent');
            suite.give(await suite.received(mail));
            assert.equal((await suite.refusal()).reason, 'already-handled');
            await suite.red.unload();
            await suite.load({ action: 'forward', to: BOSS });
            suite.give(await suite.received(mail));
            assert.equal((await suite.refusal()).reason, 'already-handled');
            assert.equal(suite.sink.mails.length, 1);
        });

        it('the second copy of a mail that is being sent', async () => {
            await suite.load({ action: 'forward', to: BOSS, wires: [['composed'], ['refused']] });
            const mail = question();
            suite.give(await suite.received(mail));
            suite.give(await suite.received(mail));
            assert.equal((await suite.refusal()).reason, 'already-handled');
            await suite.red.waitForMessage('composed');
            assert.equal(suite.red.recorded('composed').length, 1);
        });

        it('what is too much of one author or for one address, across a restart, and warns once', async () => {
            const node = { action: 'forward', to: BOSS, maxPerSender: 2, maxPerTarget: 3 };
            await suite.load(node);
            const mails = ['a', 'a', 'a', 'a', 'b'].map(from => question({ from: `${from}@example.com` }));
            // all in one turn, so that the status is red before a later mail changes it
            (await Promise.all(mails.map(mail => suite.received(mail)))).forEach(message => suite.give(message));
            await suite.red.waitForMessage('refused', { count: 2 });
            await suite.red.waitForMessage('sent', { count: 3 });
            assert.deepEqual(
                [(await suite.refusal(1)).reason, (await suite.refusal(2)).reason],
                ['sender-limit', 'sender-limit']
            );
            assert.equal(suite.red.warnings('compose').length, 1);
            assert.match(JSON.stringify(suite.red.statuses('compose')), /"red".*compose-mail\.status\.limit/);
            await suite.red.unload();
            await suite.load(node);
            suite.give(await suite.received(question({ from: 'c@example.com' })));
            assert.equal((await suite.refusal()).reason, 'target-limit');
        });
    });

    it('lets a mail be sent that could not be sent before, without counting it twice', async () => {
        await suite.load({ action: 'forward', to: BOSS, maxPerTarget: 1 });
        suite.sink.refuse = { data: { code: 554, text: 'not today' } };
        const mail = question();
        const message = await suite.received(mail, { uid: 7 });
        suite.give(message);
        await suite.red.waitForMessage('given-up');
        suite.sink.refuse = {};
        suite.give({ ...(await suite.received(mail, { uid: 7 })) });
        await suite.red.waitForMessage('sent');
        assert.equal(suite.sink.mails.length, 1);
        suite.give({ ...(await suite.received(mail, { uid: 7 })) });
        assert.equal((await suite.refusal()).reason, 'already-handled');
    });

    it('sends again only to those whose address was refused', async () => {
        await suite.load({ action: 'forward', to: `${BOSS}, deputy@example.com` });
        const mail = question();
        suite.sink.refuse = { recipient: address => (address === BOSS ? { code: 550, text: 'unknown' } : undefined) };
        suite.give(await suite.received(mail, { uid: 7 }));
        await suite.red.waitForMessage('sent');
        suite.sink.refuse = {};
        suite.give(await suite.received(mail, { uid: 7 }));
        await suite.red.waitForMessage('sent', { count: 2 });
        assert.deepEqual(
            suite.sink.mails.map(({ to }) => to),
            [['deputy@example.com'], [BOSS]]
        );
    });

    it('keeps its key in a file that only the owner reads, and out of everything that leaves', async () => {
        await suite.load({ action: 'forward', to: BOSS });
        suite.give(await suite.received(question()));
        const sent = await suite.red.waitForMessage<Message>('sent');
        const folder = join(suite.userDir, 'mailflow', 'guard');
        const records = readdirSync(folder).map(name => {
            assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
            return JSON.parse(readFileSync(join(folder, name), 'utf8')) as { key?: string };
        });
        const key = records.find(record => record.key)?.key ?? '';
        assert.ok(key.length > 40);
        assert.ok(
            !JSON.stringify([
                sent,
                suite.red.statuses('compose'),
                suite.sink.mails.map(mail => mail.raw.toString())
            ]).includes(key)
        );
    });
});
