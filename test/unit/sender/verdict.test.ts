import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAddress } from '../../../src/sender/mailbox-parser';
import { compileSenders } from '../../../src/sender/pattern';
import { SenderProblem } from '../../../src/sender/problems';
import { judgeSender } from '../../../src/sender/verdict';

interface SenderCases {
    pattern: string;
    cases: Array<{ id: number; name: string; headerBlock: string; verdict: 'MATCH' | 'NO' | 'REJECT'; why: string }>;
}

const fixture = path.join(__dirname, '../../fixtures/sender-cases.json');
const { pattern, cases } = JSON.parse(readFileSync(fixture, 'utf8')) as SenderCases;
const senders = compileSenders([pattern]);

function judge(block: string | Buffer): ReturnType<typeof judgeSender> {
    return judgeSender(Buffer.from(block as string), senders);
}

/** A small generator with a fixed seed (mulberry32), so that a failure can be repeated. */
function seeded(seed: number): () => number {
    let state = seed;
    return () => {
        state = (state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(state ^ (state >>> 15), state | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
}

describe('the verdict about a sender', () => {
    for (const { id, name, headerBlock, verdict, why } of cases) {
        it(`is ${verdict} for "${name}" (case ${id}: ${why})`, () => {
            for (const end of ['', '\r\n', '\r\n\r\n']) {
                assert.equal(judge(headerBlock + end).verdict, verdict.toLowerCase());
            }
        });
    }

    it('comes with the mailbox, or with the reason for the refusal', () => {
        const match = judge('From: Portal <x@channel.machineseeker.com> (c)');
        assert.equal(match.mailbox?.address, 'x@channel.machineseeker.com');
        assert.equal(match.mailbox?.name, 'Portal');
        assert.deepEqual(match.mailbox?.comments, ['c']);
        assert.deepEqual(judge('To: a@b.c'), { verdict: 'reject', problem: SenderProblem.FieldMissing });
    });

    it('is never a match without patterns', () => {
        const block = Buffer.from('From: x@channel.machineseeker.com');
        assert.equal(judgeSender(block, compileSenders([])).verdict, 'no');
    });

    it('survives random bytes without ever matching', () => {
        const random = seeded(4711);
        for (let round = 0; round < 10_000; round++) {
            const bytes = Buffer.from(
                Array.from({ length: Math.floor(random() * 120) }, () => Math.floor(random() * 256))
            );
            const block = round % 2 ? Buffer.concat([Buffer.from('From: '), bytes]) : bytes;
            assert.notEqual(judge(block).verdict, 'match');
        }
    });

    it('matches no scrambled header that does not hold exactly one plain mailbox', () => {
        const pieces = [
            ...[
                'From:',
                'From :',
                'FROM: ',
                'Sender:',
                'X-',
                '\r\n',
                '\r\n ',
                '\r',
                '\n',
                '\0',
                ' ',
                '\t',
                '.',
                '@',
                ',',
                ';',
                ':'
            ],
            ...[
                '<',
                '>',
                '(',
                ')',
                '"',
                '\\',
                '[',
                ']',
                'x@channel.machineseeker.com',
                '<x@channel.machineseeker.com>'
            ],
            ...[
                'channel.machineseeker.com',
                '@channel.machineseeker.com',
                'evil@bad.com',
                '<evil@bad.com>',
                'x',
                'Name'
            ],
            ...['=?utf-8?q?x=40?=', '\u3002', '\u00ad', '\u00fc', '\u202e', '"x@y"', '(c)', 'g:', ':;']
        ];
        const random = seeded(42);
        let matched = 0;
        for (let round = 0; round < 20_000; round++) {
            const count = 1 + Math.floor(random() * 6);
            const chosen = Array.from({ length: count }, () => pieces[Math.floor(random() * pieces.length)] as string);
            const block = (round % 4 ? 'From: ' : '') + chosen.join('');
            const verdict = judge(block);
            if (verdict.verdict !== 'match') {
                continue;
            }
            matched++;
            assert.equal(verdict.mailbox.domain, 'channel.machineseeker.com');
            const again = parseAddress(verdict.mailbox.address);
            assert.ok(again.ok && again.mailbox.local === verdict.mailbox.local, JSON.stringify(block));
            assert.equal(block.match(/^from[ \t]*:/gim)?.length, 1, JSON.stringify(block));
            assert.ok(!/^[^"(]*[,;[\]]/.test(block.replace(/^[^:]*:/, '')), JSON.stringify(block));
        }
        assert.ok(matched > 0, 'the pieces also form good headers');
    });

    it('comes to an end on a megabyte of anything', () => {
        const size = 1_000_000;
        const bodies = ['(', '"', '<', '\\"', '@', 'a.', ',', '\r\n ', '=?utf-8?q?', '()', '\u3002', ' ', '(\\'];
        for (const body of bodies) {
            assert.equal(judge(`From: ${body.repeat(size / body.length)}`).verdict, 'reject', JSON.stringify(body));
        }
        const behind = `From: x@channel.machineseeker.com\r\nSubject: ${'a'.repeat(size)}\r\n`;
        assert.equal(judge(behind).verdict, 'match');
        assert.equal(judge(`From: x@channel.machineseeker.com\r\n`.repeat(size / 36)).verdict, 'reject');
    });
});
