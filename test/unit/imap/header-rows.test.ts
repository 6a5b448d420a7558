import assert from 'node:assert/strict';
import { HeaderRows } from '../../../src/imap/header-rows';
import { LiteralSplitter } from '../../../src/imap/literal-splitter';

interface Parted {
    /** What is left for the parser. */
    protocol: string;
    rows: Array<[uid: number, block: string]>;
}

function partedAt(cuts: readonly number[], text: string): Parted {
    const parted: Parted = { protocol: '', rows: [] };
    const splitter = new LiteralSplitter();
    splitter.rows = new HeaderRows('from', (uid, block) => parted.rows.push([uid, block.toString('latin1')]));
    const bytes = Buffer.from(text, 'latin1');
    [...cuts, bytes.length].reduce((from, to) => {
        for (const segment of splitter.split(bytes.subarray(from, to))) {
            assert.ok('protocol' in segment);
            parted.protocol += segment.protocol.toString('latin1');
        }
        return to;
    }, 0);
    return parted;
}

/** The same for every way to cut the text in two, and for single bytes. */
function parted(text: string): Parted {
    const whole = partedAt([], text);
    const places = Array.from({ length: text.length - 1 }, (_, index) => index + 1);
    for (const cuts of [places, ...places.map(place => [place])]) {
        assert.deepEqual(partedAt(cuts, text), whole, `cut at ${cuts.join()}`);
    }
    return whole;
}

const BLOCK = 'From: a@example.com\r\n\r\n';
const SECTION = 'BODY[HEADER.FIELDS (FROM)]';

function literal(block: string): string {
    return `{${block.length}}\r\n${block}`;
}

function row(uid: number, block = BLOCK): string {
    return `* ${uid} FETCH (UID ${uid} ${SECTION} ${literal(block)})\r\n`;
}

describe('rows of one header field', () => {
    it('are taken out, and what stands between them is left', () => {
        const text = `* 9 EXISTS\r\n${row(7)}* 2 FETCH (FLAGS (\\Seen))\r\n${row(8, '\r\n')}${row(9, '')}t1 OK done\r\n`;
        assert.deepEqual(parted(text), {
            protocol: '* 9 EXISTS\r\n* 2 FETCH (FLAGS (\\Seen))\r\nt1 OK done\r\n',
            rows: [
                [7, BLOCK],
                [8, '\r\n'],
                [9, '']
            ]
        });
    });

    for (const [what, text] of [
        ['behind the block', `* 1 FETCH (${SECTION} ${literal(BLOCK)} UID 7)\r\n`],
        ['beside a mod-sequence', `* 1 FETCH (UID 7 MODSEQ (12) ${SECTION} ${literal(BLOCK)})\r\n`],
        ['before a mod-sequence at the end', `* 1 FETCH (UID 7 ${SECTION} ${literal(BLOCK)} MODSEQ (12))\r\n`],
        ['in small letters', `* 1 fetch (uid 7 body[header.fields (from)] ${literal(BLOCK)})\r\n`],
        ['with a quoted name', `* 1 FETCH (UID 7 BODY[HEADER.FIELDS ("From")] ${literal(BLOCK)})\r\n`],
        ['with bare line feeds', `* 1 FETCH (UID 7 ${SECTION} {${BLOCK.length}}\n${BLOCK})\n`]
    ] as const) {
        it(`are known with the UID ${what}`, () =>
            assert.deepEqual(parted(text), { protocol: '', rows: [[7, BLOCK]] }));
    }

    it('may hold what looks like a row', () => {
        const block = `From: x\r\n${row(9)}\r\n`;
        assert.deepEqual(parted(row(7, block)), { protocol: '', rows: [[7, block]] });
    });

    for (const [what, text] of [
        ['another field', row(7).replace('FROM', 'SUBJECT')],
        ['more fields', row(7).replace('FROM', 'FROM SENDER')],
        ['a piece of it', row(7).replace(SECTION, `${SECTION}<0>`)],
        ['flags', row(7).replace('UID 7', 'FLAGS () UID 7')],
        ['no UID', row(7).replace('UID 7 ', '')],
        ['two UIDs', `* 1 FETCH (UID 7 ${SECTION} ${literal(BLOCK)} UID 8)\r\n`],
        ['the same UID twice', `* 1 FETCH (UID 7 UID 7 ${SECTION} ${literal(BLOCK)})\r\n`],
        ['a UID that is none', row(7).replace('UID 7', 'UID 12345678901')],
        ['a quoted string', `* 1 FETCH (UID 7 ${SECTION} "From: x")\r\n`],
        ['NIL', `* 1 FETCH (UID 7 ${SECTION} NIL)\r\n`],
        ['a second section', `* 1 FETCH (UID 7 ${SECTION} ${literal(BLOCK)} BODY[TEXT] ${literal(row(8))})\r\n`],
        ['a wrong length', row(7).replace(`{${BLOCK.length}}`, `{${BLOCK.length - 1}}`)],
        ['a mail that only speaks of it', `* 1 FETCH (UID 7 BODY[] ${literal(`x\r\n${row(8)}`)})\r\n`]
    ] as const) {
        it(`are left with ${what}`, () => assert.deepEqual(parted(text), { protocol: text, rows: [] }));
    }

    it('are left when they are longer than any that names somebody', () => {
        for (const length of [17_000, 99_999]) {
            const text = row(7, 'x'.repeat(length)) + row(8);
            for (const cuts of [[], [60], [10_000], [16_900], [length]]) {
                const { protocol, rows } = partedAt(cuts, text);
                assert.equal(protocol, text.slice(0, -row(8).length));
                assert.deepEqual(rows, [[8, BLOCK]]);
            }
        }
    });

    it('are not waited for without end', () => {
        for (const begin of [`* 1 FETCH (UID 7 ${SECTION} {20}\r\n`, '* 1 FETCH (UID 7 ', `${row(7).slice(0, -2)}`]) {
            const splitter = new LiteralSplitter();
            splitter.rows = new HeaderRows('from', () => assert.fail('a row'));
            let passed = 0;
            for (let round = 0; round < 100; round++) {
                const chunk = Buffer.from(round === 0 ? begin : ' '.repeat(1000));
                for (const segment of splitter.split(chunk)) {
                    passed += 'protocol' in segment ? segment.protocol.length : 0;
                }
            }
            assert.ok(passed > 80_000, `${passed} bytes behind ${begin}`);
        }
    });
});
