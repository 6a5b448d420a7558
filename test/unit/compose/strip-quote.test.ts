import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripQuote, type StrippedReply } from '../../../src/compose/strip-quote';
import { htmlToText } from '../../../src/message/html-text';

interface ReplyCase {
    name: string;
    text?: string[];
    html?: string;
    reply: string[];
    signature?: string[];
}

const CASES = JSON.parse(
    readFileSync(join(__dirname, '..', '..', 'fixtures', 'reply-cases.json'), 'utf8')
) as ReplyCase[];
/** The time itself is some 30 ms. */
const MAX_MS = 200;
const MEGABYTE = 1_000_000;

function strip({ text, html = '' }: Pick<ReplyCase, 'text' | 'html'>): StrippedReply {
    return stripQuote(text ? text.join('\n') : htmlToText(html).text, html, true);
}

function repeated(unit: string, bytes = MEGABYTE): string {
    return unit.repeat(Math.ceil(bytes / unit.length));
}

describe('cutting off the quoted part', () => {
    for (const reply of CASES) {
        it(`of ${reply.name}`, () => {
            const result = strip(reply);
            assert.equal(result.text.trim(), reply.reply.join('\n').trim());
            assert.equal(result.signature, (reply.signature ?? []).join('\n').trim());
            assert.equal(result.confidence === 'none', result.quoted === '' && result.signature === '');
        });
    }

    it('is right for the whole set of replies, and empties none', () => {
        const results = CASES.map(reply => ({ reply, result: strip(reply) }));
        const exact = results.filter(
            ({ reply, result }) => result.text.trim() === reply.reply.join('\n').trim()
        ).length;
        const emptied = results.filter(({ result }) => result.text.trim() === '').length;
        process.stdout.write(`        ${exact} of ${CASES.length} replies exact, ${emptied} emptied\n`);
        assert.ok(CASES.length >= 64);
        assert.deepEqual([exact, emptied], [CASES.length, 0]);
    });

    it('leaves a mail without a quote as it is, to the last blank', () => {
        const text = '  Hello,\r\n\r\n\r\n  two  \r\n';
        assert.deepEqual(stripQuote(text, '', true), { text, quoted: '', signature: '', confidence: 'none' });
    });

    it("returns the whole text when nothing of it is the person's own", () => {
        for (const text of [
            '> quoted\n> only',
            '-- \nJonas',
            'Sent from my iPhone',
            'On 9 Mar 2026 at 10:00, X <x@y.de> wrote:\n> a'
        ]) {
            assert.deepEqual(stripQuote(text, '', true), { text, quoted: '', signature: '', confidence: 'none' });
        }
    });

    it('keeps what was cut off', () => {
        const text = 'Yes.\n\n-- \nOwen\n\nOn 9 Mar 2026 at 10:00, X <x@y.de> wrote:\n> One?\n> Two?';
        assert.deepEqual(stripQuote(text, '', true), {
            text: 'Yes.',
            quoted: 'On 9 Mar 2026 at 10:00, X <x@y.de> wrote:\n> One?\n> Two?',
            signature: '-- \nOwen',
            confidence: 'high'
        });
    });

    it('leaves the signature where it is when told so', () => {
        const { text, signature } = stripQuote('Yes.\n\n-- \nOwen\n\n> One?', '', false);
        assert.deepEqual([text, signature], ['Yes.\n\n-- \nOwen', '']);
    });

    it('reads line ends of every kind', () => {
        const text = 'Yes.\r\n\r\nOn 9 Mar 2026 at 10:00, X <x@y.de> wrote:\r\n> One?\r\n';
        assert.equal(stripQuote(text, '', true).text, 'Yes.');
    });

    it('says how certain it is', () => {
        assert.equal(stripQuote('Yes.\n> One?', '', true).confidence, 'medium');
        assert.equal(stripQuote('Yes.\n-----Original Message-----\nOne?', '', true).confidence, 'high');
    });

    it('keeps what stands beyond the lines it looks at with what it belongs to', () => {
        const many = repeated('a line\n', 40_000);
        const own = stripQuote(`> quoted\n${many}end`, '', true);
        assert.ok(own.text.endsWith('end'));
        const quoted = stripQuote(`Yes.\n-----Original Message-----\n${many}end`, '', true);
        assert.deepEqual([quoted.text, quoted.quoted.endsWith('end')], ['Yes.', true]);
    });

    it('loses no own words behind HTML that is too long to be looked at', () => {
        for (const unit of ['<p>x</p>', `${'x'.repeat(700)} `]) {
            const html = `<blockquote type="cite">${repeated(unit, 1_200_000)}</blockquote><p>Nu.</p>`;
            const text = `${'> x\n'.repeat(2100)}Nu.`;
            assert.ok(stripQuote(text, html, true).text.endsWith('Nu.'));
        }
    });

    it('cannot be led astray by the text of the HTML', () => {
        const html = '<p>Da.</p><div id="divRplyFwdMsg">x</div>';
        assert.equal(stripQuote('Da.\nx', html, true).text, 'Da.');
        const nested = `<div>Da.</div>${'<blockquote type="cite">'.repeat(3)}x${'</blockquote>'.repeat(3)}<p>Nu.</p>`;
        assert.match(stripQuote(htmlToText(nested).text, nested, true).text, /^Da\..*Nu\.$/s);
    });
});

describe('hostile text of a megabyte', () => {
    const rows: Record<string, string> = {
        'line feeds': repeated('\n'),
        'On ': repeated('On '),
        'On on lines': repeated('On \n'),
        'Am 1.1. schrieb and x': repeated('Am 1.1. schrieb ', MEGABYTE / 2) + repeated('x ', MEGABYTE / 2),
        dashes: repeated('-'),
        blanks: repeated(' '),
        underscores: repeated('_'),
        'angle brackets': repeated('>'),
        'quoted lines': repeated('>\n'),
        'lines that end with a colon': repeated('On 1.1.2024 10:00 x@y.de wrote:\n'),
        'long lines that end with a colon': repeated(`${'wrote '.repeat(60)}:\n`),
        labels: repeated('From: a\n'),
        'labels without a name': repeated(':\n'),
        'one line': repeated('a'),
        'signature marks': repeated('-- \n'),
        'device lines': repeated('Sent from my iPhone\n')
    };
    const html: Record<string, string> = {
        'open containers': repeated('<div class="gmail_quote">'),
        'open quotes': repeated('<blockquote type=cite>'),
        'empty quotes': repeated('<blockquote type=cite></blockquote>x'),
        'class that never ends': repeated('<div class="'),
        'blanks in a tag': `<div ${repeated(' ')}>`,
        'long attributes': repeated(`<div class="${'gmail_quot '.repeat(150)}">`),
        'line breaks': repeated('<br>'),
        comments: repeated('<!--')
    };
    // time of the processor and not of the clock: others may use the machine too
    const measured = (text: string, source: string): number => {
        const start = process.cpuUsage();
        stripQuote(text, source, true);
        return process.cpuUsage(start).user / 1000;
    };
    const best = (text: string, source: string): number => Math.min(...[1, 2, 3, 4].map(() => measured(text, source)));
    // compiled code is what counts: a runtime reads more than one mail
    before(() => Object.values(rows).forEach(text => stripQuote(text.slice(0, 10_000), text.slice(0, 10_000), true)));

    for (const [name, text] of Object.entries(rows)) {
        it(`takes no time: ${name}`, () => {
            assert.ok(best(text, '') < MAX_MS);
        });
    }
    for (const [name, source] of Object.entries(html)) {
        it(`takes no time as HTML: ${name}`, () => {
            assert.ok(best('x', source) < MAX_MS);
        });
    }

    it('costs in proportion to its size', () => {
        const time = (bytes: number): number => {
            const text = repeated('On 1.1.2024 10:00 x@y.de wrote\nFrom: a\n> b\n', bytes);
            return best(text, '');
        };
        const [small, large] = [time(20_000), time(80_000)];
        // four times the size; a quadratic scanner needs sixteen times as long
        assert.ok(large < Math.max(small, 0.5) * 10, `${small} ms, ${large} ms`);
    });
});

describe('any text', () => {
    /** Mulberry32: the same replies in every run. */
    function random(seed: number): () => number {
        let state = seed;
        return () => {
            state = (state + 0x6d2b79f5) | 0;
            let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
            mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
            return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
        };
    }
    const PARTS = [
        '',
        '',
        'Yes.',
        'please call me',
        '> quoted',
        '> > deeper',
        '-- ',
        '--',
        'Jonas',
        'Sent from my iPhone',
        'On Mon, Mar 9, 2026 at 9:12 AM Petra <p@example.org> wrote:',
        'Am 09.03.26 um 09:12 schrieb Petra:',
        'wrote:',
        '-----Original Message-----',
        '_'.repeat(32),
        'From: Petra <p@example.org>',
        'Sent: Monday',
        'To: Owen',
        'Subject: Question',
        'Von: Dresden',
        'a@b.de',
        '10:00',
        '\ud83d\ude00',
        '\u0000',
        '：',
        '差出人: x',
        '\t \t'
    ];
    const OWN = ['Yes, that is right.', 'We take two of them', 'Grüße, Jonas', 'ok', '好的'];

    function texts(count: number, parts: readonly string[], seed: number): string[] {
        const next = random(seed);
        const pick = (): string => parts[Math.floor(next() * parts.length)] as string;
        return Array.from({ length: count }, () =>
            Array.from({ length: 1 + Math.floor(next() * 14) }, pick).join(next() < 0.2 ? '\r\n' : '\n')
        );
    }
    const linesOf = (text: string): string[] =>
        text
            .split(/\r?\n/)
            .map(line => line.trim())
            .filter(Boolean);

    it('never becomes empty, and no line is lost or made up', () => {
        for (const text of texts(4000, PARTS, 1)) {
            const { text: reply, quoted, signature } = stripQuote(text, '', true);
            assert.equal(reply.trim() === '', text.trim() === '', JSON.stringify(text));
            const parts = [reply, quoted, signature].flatMap(linesOf);
            assert.deepEqual(parts.sort(), linesOf(text).sort(), JSON.stringify(text));
        }
    });

    it('stays as it is when no mail program has added anything', () => {
        for (const text of texts(2000, OWN, 2)) {
            assert.deepEqual(stripQuote(text, '', true), { text, quoted: '', signature: '', confidence: 'none' });
        }
    });

    it('keeps every own line that stands above what a mail program has added', () => {
        const added = CASES.filter(({ text = [], reply, signature }) => {
            const isAbove = text.slice(0, reply.length).join('\n') === reply.join('\n');
            return isAbove && text.length > reply.length + 1 && !signature;
        }).map(({ text = [], reply }) => text.slice(reply.length));
        assert.ok(added.length > 50, String(added.length));
        for (const [index, own] of texts(2000, OWN, 3).entries()) {
            const below = added[index % added.length] ?? [];
            const { text } = stripQuote([own, ...below].join('\n'), '', true);
            assert.deepEqual(linesOf(text), linesOf(own), below.join('\n'));
        }
    });

    it('never throws for markup of any kind', () => {
        const tags = [
            '<div class="gmail_quote">',
            '</div>',
            '<blockquote type="cite">',
            '</blockquote>',
            '<',
            '>',
            '"',
            "'",
            '<!--',
            '-->',
            '<script>',
            'x',
            '<div id=appendonsend>',
            '&#xE000;'
        ];
        for (const html of texts(3000, tags, 4)) {
            assert.equal(stripQuote('x', html, true).text === '', false);
        }
    });
});
