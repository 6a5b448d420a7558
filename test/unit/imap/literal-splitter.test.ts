import assert from 'node:assert/strict';
import { LiteralSplitter, type WantedLiteral } from '../../../src/imap/literal-splitter';
import { SeededRandom } from '../../support/seeded-random';

interface Parted {
    protocol: string;
    contents: Map<WantedLiteral, string>;
}

const FILE: WantedLiteral = { section: '2', start: 0, maxLength: 1000 };

/** What is left of the text, cut into these pieces, and what each who wanted something was given. */
function partedAt(cuts: readonly number[], text: string, wanted: readonly WantedLiteral[]): Parted {
    const splitter = new LiteralSplitter<WantedLiteral>();
    wanted.forEach(one => splitter.wanted.add(one));
    const bytes = Buffer.from(text, 'latin1');
    const parted: Parted = { protocol: '', contents: new Map() };
    [...cuts, bytes.length].reduce((from, to) => {
        for (const segment of splitter.split(bytes.subarray(from, to))) {
            if ('protocol' in segment) {
                parted.protocol += segment.protocol.toString('latin1');
            } else {
                const before = parted.contents.get(segment.of) ?? '';
                parted.contents.set(segment.of, before + segment.content.toString('latin1'));
            }
        }
        return to;
    }, 0);
    return parted;
}

/** The same for every way to cut the text in two, and for single bytes. */
function parted(text: string, ...wanted: WantedLiteral[]): Parted {
    const whole = partedAt([], text, wanted);
    const places = Array.from({ length: text.length - 1 }, (_, index) => index + 1);
    for (const cuts of [places, ...places.map(place => [place])]) {
        assert.deepEqual(partedAt(cuts, text, wanted), whole, `cut at ${cuts.join()}`);
    }
    return whole;
}

function answer(content: string, section = 'BODY[2]<0>'): string {
    return `* 3 FETCH (UID 7 ${section} {${content.length}}\r\n${content})\r\n`;
}

describe('the literal splitter', () => {
    it('takes out the literal that is wanted, and leaves an empty one in its place', () => {
        const { protocol, contents } = parted(`${answer('a line\r\n* 3 FETCH')}t1 OK done\r\n`, FILE);
        assert.equal(protocol, '* 3 FETCH (UID 7 BODY[2]<0> {0}\r\n)\r\nt1 OK done\r\n');
        assert.deepEqual([...contents], [[FILE, 'a line\r\n* 3 FETCH']]);
    });

    it('finds it before the UID, behind other answers, and with bare line feeds', () => {
        const text = '* 9 EXISTS\n* 3 FETCH (BODY[2]<0> {3}\nabc UID 7)\n* 3 FETCH (FLAGS ())\n';
        const { protocol, contents } = parted(text, FILE);
        assert.equal(protocol, '* 9 EXISTS\n* 3 FETCH (BODY[2]<0> {0}\r\n UID 7)\n* 3 FETCH (FLAGS ())\n');
        assert.equal(contents.get(FILE), 'abc');
    });

    it('gives each literal to who wants that piece, and each but once', () => {
        const behind: WantedLiteral = { section: '2', start: 1000, maxLength: 1000 };
        const nested: WantedLiteral = { section: '1.2.13', start: 5, maxLength: 1000 };
        const text =
            answer('nested', 'BODY[1.2.13]<5>') + answer('behind', 'BODY[2]<1000>') + answer('file') + answer('again');
        const { protocol, contents } = parted(text, FILE, behind, nested);
        assert.deepEqual(
            [FILE, behind, nested].map(one => contents.get(one)),
            ['file', 'behind', 'nested']
        );
        assert.ok(protocol.endsWith(answer('again')));
    });

    for (const [what, text] of [
        ['of another section', answer('abc', 'BODY[2.1]<0>')],
        ['of a section that ends alike', answer('abc', 'BODY[12]<0>')],
        ['of another piece', answer('abc', 'BODY[2]<1>')],
        ['of the whole section', answer('abc', 'BODY[2]')],
        ['of a header', answer('abc', 'BODY[2.HEADER]<0>')],
        ['of no length', answer('')],
        ['longer than what was asked for', answer('x'.repeat(1001))],
        ['with a size that is none', '* 3 FETCH (BODY[2]<0> {12x}\r\n'],
        ['that a mail only speaks of', answer(`* 3 FETCH (BODY[2]<0> {3}\r\nabc`, 'BODY[3]<0>')],
        ['in a quoted string', '* 3 FETCH (UID 7 BODY[2]<0> "abc {3}")\r\n'],
        ['that is none', '* OK {3} BODY[2]<0> {\r\n* 3 FETCH (BODY[2]<0> NIL)\r\n']
    ] as const) {
        it(`leaves a literal ${what}`, () => {
            assert.deepEqual(parted(text, FILE), { protocol: text, contents: new Map() });
        });
    }

    it('leaves everything when nobody wants anything, in the memory it came in', () => {
        const text = answer('a {3}\r\nbody') + answer('b');
        assert.equal(parted(text).protocol, text);
        const chunk = Buffer.from(text);
        const [segment] = new LiteralSplitter().split(chunk);
        assert.ok(segment && 'protocol' in segment && segment.protocol.buffer === chunk.buffer);
    });

    it('keeps its place in lines of any length that are cut anywhere', () => {
        const long = `* SEARCH ${'1234567 '.repeat(2000)}\r\n`;
        const text = long + answer('abc', 'BODY[9]<0>') + long + answer('def');
        const random = new SeededRandom(3);
        for (let round = 0; round < 300; round++) {
            const cuts = Array.from({ length: random.below(40) }, () => random.below(text.length)).sort(
                (a, b) => a - b
            );
            const { protocol, contents } = partedAt(cuts, text, [FILE]);
            assert.equal(contents.get(FILE), 'def', cuts.join());
            assert.equal(protocol.length, text.length - 'def'.length);
        }
    });

    it('passes on a line that never ends', () => {
        const splitter = new LiteralSplitter<WantedLiteral>();
        splitter.wanted.add(FILE);
        let passed = 0;
        for (let round = 0; round < 100; round++) {
            for (const segment of splitter.split(Buffer.alloc(1000, 'x'))) {
                passed += 'protocol' in segment ? segment.protocol.length : 0;
            }
        }
        assert.ok(passed >= 95_000, `${passed} of 100000`);
    });
});
