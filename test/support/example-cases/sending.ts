import assert from 'node:assert/strict';
import { simpleParser } from 'mailparser';
import { buildMail, type MailParts } from '../mail-builder';
import { assertSilent, kindOf, OWN, TARGET, type CaseServers } from './case-servers';

const CAMPAIGN = '<campaign@example.org>';

/** Mail is answered and passed on. */
export function sendingCases(servers: CaseServers): void {
    describe('forward-replies', () => {
        const reply = (parts: MailParts = {}): Buffer =>
            buildMail({
                from: 'Ben Büyer <ben@example.com>',
                subject: 'Re: Ihr Angebot – günstig?',
                inReplyTo: CAMPAIGN,
                text: 'Ja, gerne.\n',
                html: '<p>Ja, gerne.</p>',
                attachments: [{ filename: 'plan.bin', content: Buffer.from([0, 1, 254, 255]) }],
                ...parts
            });

        it('sends the reply on with its exact bytes attached, and marks it', async () => {
            const flow = await servers.start('forward-replies');
            await servers.mailbox.deliver(reply());
            await flow.waitFor('Forwarded', 1);

            const [sent] = await servers.sink.waitForMails(1);
            assert.deepEqual([sent?.from, sent?.to, sent?.user], [OWN, [TARGET], OWN]);
            const forward = await simpleParser(sent?.raw as Buffer);
            assert.equal(forward.subject, 'Fwd: Re: Ihr Angebot – günstig?');
            assert.deepEqual(forward.replyTo?.value, [{ name: 'Ben Büyer', address: 'ben@example.com' }]);
            assert.equal(forward.headers.get('auto-submitted'), 'auto-generated');
            assert.match(forward.text ?? '', /Ben Büyer <ben@example\.com>/);
            assert.equal(forward.html, false);

            const [original] = await servers.mailbox.mails();
            assert.deepEqual(
                forward.attachments.map(({ filename, contentType }) => [filename, contentType]),
                [['original.eml', 'message/rfc822']]
            );
            assert.deepEqual(forward.attachments[0]?.content, original?.raw);
            assert.deepEqual(original?.flags, ['$Forwarded']);
            assertSilent(flow, ['Left alone', 'Kept back', 'Not sent', 'Sent, not marked', 'Given up']);
        });

        it('leaves automatic mail alone and says what it is', async () => {
            const machines: ReadonlyArray<[kind: string, MailParts]> = [
                ['auto-reply', { headers: { 'Auto-Submitted': 'auto-replied (vacation)' }, inReplyTo: CAMPAIGN }],
                ['auto-reply', { subject: 'Abwesenheitsnotiz: Ihr Angebot', inReplyTo: CAMPAIGN }],
                ['bounce', { headers: { 'Return-Path': '<>' } }],
                ['bulk', { headers: { Precedence: 'bulk' } }],
                ['bulk', { headers: { 'List-Id': '<l.example.com>' } }]
            ];
            const flow = await servers.start('forward-replies');
            for (const [, parts] of machines) {
                await servers.mailbox.deliver(buildMail(parts));
            }
            const left = await flow.waitFor('Left alone', machines.length);
            assert.deepEqual(
                left.map(kindOf),
                machines.map(([kind]) => kind)
            );
            assert.equal(servers.sink.mails.length, 0);
            assert.ok((await servers.mailbox.mails()).every(mail => mail.flags.length === 0));
            assertSilent(flow, ['Forwarded', 'Kept back', 'Not sent', 'Given up']);
        });

        it('forwards what names no author or two, and says so', async () => {
            const flow = await servers.start('forward-replies');
            for (const from of [null, 'a@example.com, b@example.com']) {
                await servers.mailbox.deliver(reply({ from }));
            }
            await flow.waitFor('Forwarded', 2);
            for (const { raw } of servers.sink.mails) {
                const { text, replyTo } = await simpleParser(raw);
                assert.match(text ?? '', /^From: +\(not exactly one author\)$/m);
                assert.equal(replyTo, undefined);
            }
        });

        it('keeps back the mail of the target and of a mailbox that forwards to itself', async () => {
            const flow = await servers.start('forward-replies', { FORWARD_TO: `${TARGET}, other@example.com` });
            await servers.mailbox.deliver(reply({ from: TARGET.toUpperCase() }));
            const [toAuthor] = await flow.waitFor('Kept back', 1);
            assert.equal((toAuthor?.['error'] as { reason: string }).reason, 'author');
            await flow.stop();
            const itself = await servers.start('forward-replies', { FORWARD_TO: servers.mailbox.user });
            await servers.mailbox.deliver(reply());
            const [toItself] = await itself.waitFor('Kept back', 1);
            assert.equal((toItself?.['error'] as { reason: string }).reason, 'own-address');
            assert.equal(servers.sink.mails.length, 0);
        });

        it('forwards what a person sent through a list or marked as not automatic', async () => {
            const flow = await servers.start('forward-replies');
            await servers.mailbox.deliver(
                reply({ headers: { 'List-Id': '<team.example.com>', 'Auto-Submitted': 'no' } })
            );
            await flow.waitFor('Forwarded', 1);
        });

        it('does not forward its own forward when it comes back', async () => {
            const flow = await servers.start('forward-replies');
            await servers.mailbox.deliver(reply({ subject: 'Fwd: WG: Angebot' }));
            const [sent] = await servers.sink.waitForMails(1);
            assert.match((sent?.raw as Buffer).toString(), /^Subject: Fwd: Angebot\r$/m);
            // some programs on the way leave only the fields that they know
            const stripped = (sent?.raw as Buffer).toString('latin1').replace(/^Auto-Submitted:.*\r\n/m, '');
            await servers.mailbox.deliver(Buffer.from(stripped, 'latin1'));
            const [message] = await flow.waitFor('Kept back', 1);
            assert.equal((message?.['error'] as { reason: string }).reason, 'own-mark');
            assert.equal(servers.sink.mails.length, 1);
        });

        it('tries a mail again that could not be sent, and marks it only when it was', async () => {
            const flow = await servers.start('forward-replies');
            servers.sink.refuse = { data: { code: 554, text: 'not today' } };
            await servers.mailbox.deliver(reply());
            const [message] = await flow.waitFor('Not sent', 1);
            assert.match(JSON.stringify(message?.['error']), /not today/);
            assert.deepEqual((await servers.mailbox.mails())[0]?.flags, []);
            servers.sink.refuse = {};
            await flow.waitFor('Forwarded', 1);
            assert.equal(servers.sink.mails.length, 1);
            assert.deepEqual((await servers.mailbox.mails())[0]?.flags, ['$Forwarded']);
        });

        it('says what to set when it is not told to whom mail goes', async () => {
            const flow = await servers.start('forward-replies', { FORWARD_TO: '' });
            await servers.mailbox.deliver(reply());
            await flow.waitForError('Compose', /FORWARD_TO/);
            assert.equal(servers.sink.mails.length, 0);
        });
    });

    describe('auto-responder', () => {
        const question = (parts: MailParts = {}): Buffer =>
            buildMail({ from: 'Ben Büyer <ben@example.com>', subject: 'Öffnungszeiten?', text: 'Wann?', ...parts });

        it('answers a person once, in the thread, and marks the mail', async () => {
            const flow = await servers.start('auto-responder');
            await servers.mailbox.deliver(question({ messageId: '<q1@example.com>' }));
            await flow.waitFor('Answered', 1);
            const [sent] = servers.sink.mails;
            assert.deepEqual([sent?.from, sent?.to], [OWN, ['ben@example.com']]);
            const answer = await simpleParser(sent?.raw as Buffer);
            assert.deepEqual([answer.subject, answer.inReplyTo], ['Re: Öffnungszeiten?', '<q1@example.com>']);
            assert.match(answer.text ?? '', /^Dear Ben Büyer,\n\nthank you for your message "Öffnungszeiten\?"\./);
            assert.equal(answer.headers.get('auto-submitted'), 'auto-replied');
            assert.deepEqual((await servers.mailbox.mails())[0]?.flags, ['\\Answered']);

            await servers.mailbox.deliver(question());
            const [second] = await flow.waitFor('Kept back', 1);
            assert.equal((second?.['error'] as { reason: string }).reason, 'sender-limit');
            assert.equal(servers.sink.mails.length, 1);
            assertSilent(flow, ['Not sent', 'Answered, not marked', 'Given up']);
        });

        it('answers no absence note, no bounce and no list, so that nothing can begin', async () => {
            const flow = await servers.start('auto-responder');
            const machines: MailParts[] = [
                { headers: { 'Auto-Submitted': 'auto-replied' } },
                { headers: { 'X-Auto-Response-Suppress': 'All', Precedence: 'bulk' } },
                { from: 'mailer-daemon@example.com', headers: { 'Return-Path': '<>' } },
                { headers: { 'List-Id': '<l.example.com>' } },
                { from: 'noreply@example.com' }
            ];
            for (const parts of machines) {
                await servers.mailbox.deliver(question(parts));
            }
            const kept = await flow.waitFor('Kept back', machines.length);
            assert.ok(kept.every(message => (message['error'] as { reason: string }).reason === 'automatic'));
            assert.equal(servers.sink.mails.length, 0);
        });
    });

    describe('shared-inbox', () => {
        it('passes each mail on to the person whose it is, and each to nobody twice', async () => {
            const people = {
                ACCOUNTING: 'ada@example.com',
                SALES: 'sam@example.com',
                OFFICE: 'olga@example.com, otto@example.com'
            };
            const flow = await servers.start('shared-inbox', people);
            const subjects = ['Second reminder', 'Your offer', 'Holiday greetings'];
            const mails = subjects.map(subject => buildMail({ from: 'ben@example.com', subject, text: 'Hi' }));
            for (const mail of mails) {
                await servers.mailbox.deliver(mail);
            }
            await flow.waitFor('Passed on', 3);
            const reached = servers.sink.mails.map(({ to, raw }) => [
                /^Subject: Fwd: (.*?)\r$/m.exec(raw.toString())?.[1],
                to
            ]);
            assert.deepEqual(reached.sort(), [
                ['Holiday greetings', ['olga@example.com', 'otto@example.com']],
                ['Second reminder', ['ada@example.com']],
                ['Your offer', ['sam@example.com']]
            ]);
            assert.ok((await servers.mailbox.mails()).every(({ flags }) => flags.includes('$Forwarded')));
            // the copy of an alias or a list: the same mail by another way
            const copied = Buffer.concat([Buffer.from('Received: from list.example.com\r\n'), mails[0] as Buffer]);
            await servers.mailbox.deliver(copied);
            const [copy] = await flow.waitFor('Kept back', 1);
            assert.equal((copy?.['error'] as { reason: string }).reason, 'already-handled');
            assertSilent(flow, ['Not sent', 'Passed on, not marked', 'Given up']);
        });
    });
}
