import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Inquiry, NotRecognised } from '../../../src/inquiry/types';
import type { ExampleRun, ExampleServers } from '../example-run';
import { hasSqlite, openDatabase, requireSqlite } from '../sqlite';
import { createTempFolder, type TempFolder } from '../temp-folder';
import { assertSilent, type CaseServers } from './case-servers';
import { digestOf, ENGLISH, GERMAN, inquiry, MARKETPLACE } from './inquiry-mails';

const EXAMPLE = 'inquiries-to-sqlite';

/** What a buyer may write to find out whether the words become a part of the statement, or are changed on the way. */
const HOSTILE = {
    company: `'); DROP TABLE inquiries; --`,
    name: `Robert"; ATTACH DATABASE 'other.db' AS other; --`,
    place: `$key ?1 :name @text %s \\' \${MAIL_PASSWORD}`,
    item: `NULL`,
    text: `1' OR '1'='1\n\n/* */ COMMIT; 🔥 ẞ \u202eabc <b>&amp;</b>\n=1+1`
};

const HOSTILE_FORM = [
    `Firma: ${HOSTILE.company}`,
    `Name: ${HOSTILE.name}`,
    `Ort: ${HOSTILE.place}`,
    `Anfrage zu: ${HOSTILE.item}`,
    `Nachricht an Sie: ${HOSTILE.text}`
].join('\n');

/** Inquiries become rows of a database, each once. */
export function inquiryTableCases(servers: CaseServers): void {
    describe(EXAMPLE, () => {
        let folder: TempFolder;
        let file: string;

        beforeEach(() => {
            folder = createTempFolder('sqlite');
            file = join(folder.path, 'data', 'inquiries.db');
        });
        afterEach(() => folder.remove());

        function start(more: Pick<ExampleServers, 'failing'> = {}): Promise<ExampleRun> {
            return servers.start(EXAMPLE, { INQUIRIES_DB: file }, more);
        }

        function rows(columns = '*'): Array<Record<string, unknown>> {
            const database = openDatabase(file);
            const found = database.prepare(`SELECT ${columns} FROM inquiries ORDER BY rowid`).all();
            database.close();
            // without the null prototype that SQLite gives them
            return found.map(row => ({ ...row }));
        }

        function change(sql: string): void {
            const database = openDatabase(file);
            database.exec(sql);
            database.close();
        }

        /** What each mail has given, as a plain object of this process and not of the Function node's. */
        function counts(flow: ExampleRun): object[] {
            return flow.received('Written').map(message => ({ ...(message['rows'] as object) }));
        }

        it('starts everywhere, and says what it needs without losing a mail', async () => {
            const flow = await servers.start(EXAMPLE, { INQUIRIES_DB: '' });
            await flow.waitForStatus('Into the table', hasSqlite ? /INQUIRIES_DB is not set/ : /needs Node\.js 22\.13/);
            await servers.mailbox.deliver(inquiry({ text: GERMAN }));
            await flow.waitForError(
                'Into the table',
                hasSqlite ? /^Error: INQUIRIES_DB is not set/ : /^Error: the table needs Node\.js 22\.13 .* is v20/
            );
            await flow.waitForRetry();
            assertSilent(flow, ['Written', 'For review', 'Given up']);
        });

        describe('with SQLite', () => {
            before(function () {
                requireSqlite(this);
            });
            beforeEach(() => mkdirSync(dirname(file)));

            it('makes a row of each inquiry, none of one that comes again, and leaves every mail unread', async () => {
                const flow = await start();
                await servers.mailbox.deliver(inquiry({ text: GERMAN, messageId: '<first@example.com>' }));
                const [first] = await flow.waitFor('Written', 1);
                // the portal sends it again, in another mail
                await servers.mailbox.deliver(inquiry({ text: GERMAN }));
                await servers.mailbox.deliver(inquiry({ html: ENGLISH }));
                await flow.waitFor('Written', 3);
                assert.deepEqual(counts(flow), [
                    { added: 1, known: 0 },
                    { added: 0, known: 1 },
                    { added: 1, known: 0 }
                ]);

                const [entry] = first?.['payload'] as Inquiry[];
                const [german, english, ...more] = rows();
                assert.deepEqual(more, []);
                assert.deepEqual(german, {
                    key: entry?.key,
                    received_at: entry?.inquiry.receivedAt,
                    portal: 'machineseeker',
                    name: 'Katrin Vogelsang',
                    company: 'Vogelsang Metallbau GmbH',
                    email: `buyer-1@${MARKETPLACE}`,
                    phone: '+493023125014',
                    place: '35390 Gießen',
                    item: 'Drehmaschine Nordhaus D 420',
                    text: 'Guten Tag,\n\nist sie noch da? Preis: 5000?\nName: bleibt Katrin',
                    message_id: '<first@example.com>',
                    data: JSON.stringify(entry)
                });
                assert.deepEqual(
                    [english?.['name'], english?.['company'], english?.['item']],
                    ['Owen Hartley', null, null],
                    'what the mail does not say is NULL'
                );
                await flow.waitForNothingPending();
                assert.ok((await servers.mailbox.mails()).every(mail => mail.flags.length === 0));
                assertSilent(flow, ['For review', 'Other senders', 'Given up']);
            });

            it('keeps what a buyer has written as it is, whatever it means in SQL', async () => {
                const flow = await start();
                await servers.mailbox.deliver(inquiry({ text: HOSTILE_FORM }));
                await flow.waitFor('Written', 1);
                assert.deepEqual(rows('company, name, place, item, text'), [HOSTILE]);
                assert.deepEqual(readdirSync(dirname(file)), ['inquiries.db']);
            });

            it('writes a row once when its mail has to come a second time', async () => {
                const flow = await start({ failing: 'Written' });
                await servers.mailbox.deliver(inquiry({ text: GERMAN }));
                await flow.waitFor('Written', 2);
                assert.deepEqual(counts(flow), [
                    { added: 1, known: 0 },
                    { added: 0, known: 1 }
                ]);
                assert.equal(rows().length, 1);
            });

            it('writes all rows of a digest or none, and all of them when the fault is mended', async () => {
                const flow = await start();
                await servers.mailbox.deliver(inquiry({ html: ENGLISH }));
                await flow.waitFor('Written', 1);
                const refuse = `CREATE TRIGGER refuse BEFORE INSERT ON inquiries WHEN NEW.name LIKE 'Katrin 2 %'
                    BEGIN SELECT RAISE (FAIL, 'not this one'); END`;
                change(refuse);
                const digest = [1, 2, 3].map(number =>
                    GERMAN.replace('Katrin', `Katrin ${number}`).replace('5000', `500${number}`)
                );
                await servers.mailbox.deliver(digestOf(digest));
                await flow.waitForError('Into the table', /inquiries\.db: not this one/);
                await flow.waitForRetry();
                assert.equal(rows().length, 1, 'the first row of the digest is taken back');

                change('DROP TRIGGER refuse');
                await flow.waitFor('Written', 2);
                await flow.waitForNothingPending();
                const names = [1, 2, 3].map(number => ({ name: `Katrin ${number} Vogelsang` }));
                assert.deepEqual(rows('name'), [{ name: 'Owen Hartley' }, ...names]);
            });

            it('tries again while another program holds the database, and while its folder is away', async () => {
                const flow = await start();
                folder.remove();
                await servers.mailbox.deliver(inquiry({ text: GERMAN }));
                await flow.waitForError('Into the table', /inquiries\.db: unable to open database file/);
                await flow.waitForStatus('Into the table', /not written/);
                await flow.waitForRetry();
                assert.ok(!existsSync(file));

                mkdirSync(dirname(file), { recursive: true });
                const other = openDatabase(file);
                other.exec('BEGIN EXCLUSIVE');
                await servers.mailbox.deliver(inquiry({ html: ENGLISH }));
                await flow.waitForError('Into the table', /inquiries\.db: database is locked/);
                other.close();
                await flow.waitFor('Written', 2);
                await flow.waitForNothingPending();
                assert.equal(rows().length, 2);
                assertSilent(flow, ['For review', 'Given up']);
            });

            it('leaves a mail that is no inquiry for review, with the reason', async () => {
                const flow = await start();
                await servers.mailbox.deliver(inquiry({ subject: 'Your week', text: 'Your weekly figures\n12 views' }));
                const [other] = await flow.waitFor('For review', 1);
                assert.equal((other?.['inquiry'] as NotRecognised).reason, 'no-format');
                await flow.waitForNothingPending();
                assertSilent(flow, ['Written', 'Given up']);
            });
        });
    });
}
