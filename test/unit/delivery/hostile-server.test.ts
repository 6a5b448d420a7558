import assert from 'node:assert/strict';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionTimeouts } from '../../../src/imap/connection';
import { startEmbeddedImap, type EmbeddedImap } from '../../support/embedded-imap';
import { IntakeUnderTest } from '../../support/intake-under-test';
import { buildMail } from '../../support/mail-builder';
import {
    startTampering,
    type ClientEnd,
    type Piece,
    type Tamper,
    type TamperingProxy
} from '../../support/tampering-proxy';

const SUBJECTS = ['one', 'two', 'three'];
const MB = 1024 * 1024;
/** Short, because most of these tests wait for silence; one that a busy process makes of an answer does no harm there. */
const TIMEOUTS: ConnectionTimeouts = { connectMs: 1000, greetingMs: 300, socketMs: 400, openMs: 1500, logoutMs: 100 };
/** For tests that count failures, or what comes over the first connection. */
const PATIENT: ConnectionTimeouts = { connectMs: 10_000, greetingMs: 10_000, socketMs: 10_000, openMs: 30_000 };
/** For tests that count failures and wait for silence. */
const SILENT_WHILE_MS = 1_000;
const pass: Tamper = ({ bytes }, client) => client.write(bytes);

/** Tampers with the first connection alone: a server that is all right again afterwards must lose nothing. */
function once(tamper: Tamper): Tamper {
    return (piece, client) => (piece.connection === 0 ? tamper(piece, client) : pass(piece, client));
}

/** Something else at a position of the first connection; what is before and behind it passes. */
function at(position: number, act: (piece: Piece, client: ClientEnd) => void | Promise<void>): Tamper {
    return once((piece, client) => (piece.index === position ? act(piece, client) : pass(piece, client)));
}

describe('the intake of a server gone wrong', function () {
    this.timeout(60_000);
    let imap: EmbeddedImap;
    let proxy: TamperingProxy | undefined;
    let intake: IntakeUnderTest | undefined;

    beforeEach(async () => {
        imap = await startEmbeddedImap();
        for (const subject of SUBJECTS) {
            imap.appendMessage(
                'INBOX',
                buildMail({ subject, text: `text of ${subject}`, messageId: `<${subject}@x>` })
            );
        }
    });
    afterEach(async () => {
        await stop();
        await imap.close();
    });

    async function stop(): Promise<void> {
        await intake?.stop();
        await proxy?.stop();
        intake = proxy = undefined;
    }

    async function watch(tamper: Tamper, saved: object = {}, timeouts = TIMEOUTS): Promise<IntakeUnderTest> {
        proxy = await startTampering(imap, tamper);
        intake = new IntakeUnderTest(proxy, { ack: 'flow', attempts: 3, ...saved }, {}, timeouts);
        intake.flow = () => Promise.resolve({ kind: 'done' });
        return intake.start();
    }

    /** Every mail came, whole and once; every failure on the way names the account. */
    async function assertAllDelivered(test: IntakeUnderTest): Promise<void> {
        await test.until(() => new Set(test.subjects).size >= SUBJECTS.length, 'all mails', 20_000);
        await test.until(() => test.settled >= SUBJECTS.length, 'all outcomes', 20_000);
        assert.deepEqual([...test.subjects].sort(), [...SUBJECTS].sort());
        test.mails.forEach(mail => assert.equal(mail.payload.trim(), `text of ${mail.topic}`));
        assert.deepEqual(test.givenUp, []);
        test.failures.forEach(failure => assert.match(failure.message, /^test: \w+ failed: /));
    }

    /** How many pieces an undisturbed first connection has, from the greeting to the first look. */
    async function piecesOfOneLook(): Promise<number> {
        let pieces = 0;
        const count: Tamper = (piece, client) => {
            pieces = Math.max(pieces, piece.connection === 0 ? piece.index + 1 : 0);
            return pass(piece, client);
        };
        const test = await watch(count, {}, PATIENT);
        await assertAllDelivered(test);
        await test.until(() => test.contacts > 0, 'a look');
        await stop();
        return pieces;
    }

    it('reads answers that come byte by byte', async () => {
        const byteByByte: Tamper = async ({ bytes }, client) => {
            for (const byte of bytes) {
                client.write(Buffer.of(byte));
                await nextTurn();
            }
        };
        const test = await watch(byteByByte, {}, PATIENT);
        await assertAllDelivered(test);
        assert.deepEqual(test.failures, []);
    });

    const ENDS: Array<[string, (client: ClientEnd) => void]> = [
        ['a goodbye', client => (client.write('* BYE the server goes down\r\n'), client.end())],
        ['an end without a word', client => client.end()],
        ['a reset', client => client.reset()]
    ];
    // each at other points; the soak goes through many more
    for (const [turn, [what, end]] of ENDS.entries()) {
        it(`goes on after ${what} at any point of the conversation`, async () => {
            const pieces = await piecesOfOneLook();
            assert.ok(pieces > 15, `${pieces} pieces`);
            for (let position = turn * 3; position < pieces; position += 9) {
                const test = await watch(at(position, (_piece, client) => end(client)));
                await assertAllDelivered(test);
                await stop();
            }
        });

        it(`goes on after ${what} within any piece`, async () => {
            const pieces = await piecesOfOneLook();
            for (let position = turn * 4; position < pieces; position += 12) {
                const half = at(position, ({ bytes }, client) => {
                    client.write(bytes.subarray(0, Math.ceil(bytes.length / 2)));
                    end(client);
                });
                await assertAllDelivered(await watch(half));
                await stop();
            }
        });
    }

    const UNSOLICITED = [
        '* OK [ALERT] attention please',
        '* NO the disk is almost full',
        '* BAD something was wrong with something',
        '* 999999 EXISTS',
        '* 0 EXISTS',
        '* 7 RECENT',
        '* 99 EXPUNGE',
        '* VANISHED 1:5',
        '* FLAGS (\\Seen odd)',
        '* 2 FETCH (FLAGS (\\Seen))',
        '* 99 FETCH (UID 4711 FLAGS (\\Deleted))',
        '* CAPABILITY IMAP4rev1',
        '* LIST () "/" elsewhere',
        '* STATUS INBOX (MESSAGES 3)',
        '* ID NIL',
        '* ENABLED CONDSTORE',
        '* XUNKNOWN (a (b (c))) "text"',
        '* OK [UNKNOWN-CODE a b c] text',
        '+ go on'
    ];
    for (const line of UNSOLICITED) {
        it(`takes "${line}" at any time without harm`, async () => {
            const test = await watch(
                once(({ bytes, isLiteral, index }, client) => {
                    client.write(bytes);
                    // behind a line that a literal follows it would be part of that literal
                    if (index > 0 && !isLiteral && !/\}\r\n$/.test(bytes.toString('latin1'))) {
                        const wholeResponse = /^\S+ (OK|NO|BAD)/.test(bytes.toString('latin1'));
                        client.write(wholeResponse ? `${line}\r\n` : '');
                    }
                })
            );
            await assertAllDelivered(test);
            await test.looks(1, 5_000).catch(() => undefined);
        });
    }

    const MALFORMED: Array<[string, Buffer | string]> = [
        ['brackets without an end', '* 1 FETCH ((((((((((\r\n'],
        ['brackets without a beginning', '* 1 FETCH )))))\r\n'],
        ['a number that is none', '* 1 FETCH (UID zwölf FLAGS ())\r\n'],
        ['a quote without an end', '* 1 FETCH (ENVELOPE ("abc\r\n'],
        ['a tag that nobody used', 'ZZZ999 OK done\r\n'],
        ['no tag at all', ' OK\r\n'],
        ['a star alone', '*\r\n'],
        ['empty lines', '\r\n\r\n\r\n'],
        ['NUL and 8-bit bytes', Buffer.from([42, 32, 0, 1, 2, 255, 254, 13, 10])],
        ['a literal of a negative size', '* 1 FETCH (BODY[] {-5}\r\n'],
        ['a literal of 4 GB', '* 1 FETCH (BODY[] {4294967296}\r\n'],
        ['a literal of more than a number holds', `* 1 FETCH (BODY[] {${'9'.repeat(40)}}\r\n`],
        ['brackets a thousand deep', `* 1 FETCH ${'('.repeat(1000)}${')'.repeat(1000)}\r\n`],
        ['a million of tokens', `* SEARCH ${'1 '.repeat(MB)}\r\n`],
        ['a line of 10 MB', `* OK ${'x'.repeat(10 * MB)}\r\n`]
    ];
    for (const [turn, [what, bytes]] of MALFORMED.entries()) {
        it(`loses nothing to ${what}`, async () => {
            const test = await watch(
                at([1, 6, 12, 18][turn % 4] as number, (piece, client) => {
                    client.write(bytes);
                    client.write(piece.bytes);
                })
            );
            await assertAllDelivered(test);
        });
    }

    // imapflow passes over a row that it cannot read: the mail must not be taken for one that does not exist
    for (const [what, saved] of [
        ['selected by sender', { senders: ['*@example.com', '*@example.org'] }],
        ['selected by a search', { search: '{"seen": false}' }],
        ['taken without a condition', {}]
    ] as const) {
        it(`loses no mail ${what} whose rows are garbled`, async () => {
            let garbled = 0;
            const test = await watch(
                once(({ bytes, isLiteral }, client) => {
                    const isEndOfRow = !isLiteral && /^ ?\)\r\n$|^\* SEARCH/.test(bytes.toString('latin1'));
                    if (isEndOfRow && garbled++ < 4) {
                        client.write(bytes.toString('latin1').replace(/\r\n$/, ' ((((\r\n'));
                        return;
                    }
                    client.write(bytes);
                }),
                saved,
                PATIENT
            );
            await assertAllDelivered(test);
            assert.ok(garbled > 0);
        });
    }

    for (const [what, first] of [
        ['a line', '* OK '],
        ['a literal', '* 1 FETCH (BODY[] {2000000000}\r\n']
    ] as const) {
        it(`gives up ${what} without an end, in bounded memory`, async () => {
            const before = process.memoryUsage().rss;
            let sent = 0;
            const test = await watch(
                at(10, async (_piece, client) => {
                    client.write(first);
                    const chunk = Buffer.alloc(256 * 1024, 'x');
                    while (client.open && sent < 400 * MB) {
                        client.write(chunk);
                        sent += chunk.length;
                        await client.drained();
                    }
                })
            );
            await assertAllDelivered(test);
            assert.ok(sent < 300 * MB, `${sent / MB} MB were taken`);
            assert.ok(process.memoryUsage().rss - before < 300 * MB);
            assert.ok(test.failures.length > 0);
        });
    }

    it('gives up a server that is silent at any point, within a bounded time', async () => {
        const pieces = await piecesOfOneLook();
        for (let position = 0; position < pieces; position += 9) {
            const test = await watch(
                at(position, ({ bytes, isLiteral }, client) => {
                    client.write(isLiteral ? bytes.subarray(0, 5) : '');
                    client.silence();
                })
            );
            await assertAllDelivered(test);
            await stop();
        }
    });

    it('keeps an idle connection over many silent whiles, and hears of new mail at once', async () => {
        const test = await watch(pass, {}, { ...PATIENT, socketMs: SILENT_WHILE_MS });
        await assertAllDelivered(test);
        await sleep(3.5 * SILENT_WHILE_MS);
        assert.deepEqual([test.failures, proxy?.connections], [[], 1]);
        imap.appendMessage('INBOX', buildMail({ subject: 'late', text: 'text of late' }));
        // long before the next look, which is due after five minutes
        await test.mailCount(SUBJECTS.length + 1);
    });

    it('finds out that a server is silent after it has accepted IDLE', async () => {
        let idling = 0;
        const test = await watch(
            once((piece, client) => {
                if (piece.bytes.toString('latin1').startsWith('+')) {
                    idling++;
                    client.write(piece.bytes);
                    client.silence();
                    return;
                }
                return pass(piece, client);
            }),
            {},
            { ...PATIENT, socketMs: SILENT_WHILE_MS }
        );
        await assertAllDelivered(test);
        await test.until(() => idling > 0, 'IDLE');
        imap.appendMessage('INBOX', buildMail({ subject: 'unheard', text: 'text of unheard' }));
        await test.mailCount(SUBJECTS.length + 1);
        assert.equal(test.failures.length, 1);
    });

    it('recognises its mails when every connection shows another UIDVALIDITY', async () => {
        let validity = 1000;
        const renew: Tamper = ({ bytes }, client) =>
            client.write(bytes.toString('latin1').replace(/UIDVALIDITY \d+/, () => `UIDVALIDITY ${validity++}`));
        const test = await watch(renew, {}, PATIENT);
        await assertAllDelivered(test);
        for (let connection = 0; connection < 3; connection++) {
            imap.cut();
            await test.looks(1);
        }
        await sleep(50);
        assert.equal(test.mails.length, SUBJECTS.length);
        assert.ok(test.notices.every(notice => /renewed/.test(notice)));
    });
});
