import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { automaticMails } from '../automatic-mails';
import { createTempFolder } from '../temp-folder';
import { assertSilent, kindOf, type CaseServers } from './case-servers';

/** People and machines are told apart. */
export function automaticMailCases(servers: CaseServers): void {
    describe('bounce-collector', () => {
        it('writes a line for each recipient who got nothing, and touches no mail', async () => {
            const folder = join(createTempFolder('bounces').path, 'kept');
            const flow = await servers.start('bounce-collector', { BOUNCE_FOLDER: folder });
            const names = [
                'Postfix, one of two recipients delivered',
                'an ordinary answer',
                'Exim without any structure'
            ];
            const others = ['Gmail vacation', 'Postfix, user unknown', 'Exim warning with a report'];
            for (const name of [...names, ...others]) {
                await servers.mailbox.deliver(rawOf(name));
            }
            await flow.waitFor('Kept', 3);
            const [people] = await flow.waitFor('People', 1);
            const automatic = await flow.waitFor('Other automatic mail', 2);
            await flow.waitForNothingPending();

            assert.deepEqual(
                linesIn(folder).map(line => line.slice(1, -1).split('","').slice(1)),
                [
                    ['full@customer.example', '5.2.2', '552 5.2.2 mailbox full', ''],
                    ['karin@customer.example', '', '', '<campaign-19@example.org>'],
                    ['karin@customer.example', '5.1.1', '550 5.1.1 no such mailbox', '<campaign-17@example.org>']
                ]
            );
            assert.equal(people?.['topic'], 'Re: Our offer');
            assert.deepEqual(automatic.map(kindOf), ['auto-reply', 'delay']);
            assert.ok((await servers.mailbox.mails()).every(mail => mail.flags.length === 0));
            assertSilent(flow, ['Given up']);
        });

        it('tries a mail again whose line could not be written', async () => {
            const folder = join(createTempFolder('bounces').path, 'kept');
            writeFileSync(folder, 'in the way');
            const flow = await servers.start('bounce-collector', { BOUNCE_FOLDER: folder });
            await servers.mailbox.deliver(rawOf('qmail'));
            await flow.waitForError('Keep', /fail/);
            rmSync(folder);
            await flow.waitFor('Kept', 1);
            assert.match(linesIn(folder).join(), /campaign-22@example\.org/);
            assertSilent(flow, ['Given up']);
        });

        it('says what to set when it is not told where to write', async () => {
            const flow = await servers.start('bounce-collector', { BOUNCE_FOLDER: '' });
            await servers.mailbox.deliver(rawOf('qmail'));
            await flow.waitForError('Lines', /BOUNCE_FOLDER/);
        });
    });

    describe('replies-from-people', () => {
        it('flags what people wrote and leaves everything else alone', async () => {
            const flow = await servers.start('replies-from-people');
            const people = ['an ordinary answer', 'through a group address', 'Zendesk, an answer that staff wrote'];
            const machines = ['Outlook absence note of Exchange Online', 'Gmail, address not found', 'newsletter'];
            for (const name of [...people, ...machines]) {
                await servers.mailbox.deliver(rawOf(name));
            }
            await flow.waitFor('From a person', 3);
            const automatic = await flow.waitFor('Automatic', 3);
            assert.deepEqual(automatic.map(kindOf).sort(), ['auto-reply', 'bounce', 'bulk']);
            await flow.waitForNothingPending();
            assert.deepEqual(
                (await servers.mailbox.mails()).map(mail => mail.flags),
                [['\\Flagged'], ['\\Flagged'], ['\\Flagged'], [], [], []]
            );
            assertSilent(flow, ['Given up']);
        });
    });
}

/** A mail of the collection of automatic and human mail. */
function rawOf(name: string): Buffer {
    const mail = automaticMails().find(candidate => candidate.name === name);
    assert.ok(mail, name);
    return mail.raw;
}

/** The lines of all files of a folder, in the order of their UIDs, which here have one digit. */
function linesIn(folder: string): string[] {
    const files = readdirSync(folder).sort();
    return files.flatMap(file => readFileSync(join(folder, file), 'utf8').trimEnd().split('\n'));
}
