import assert from 'node:assert/strict';
import { HeaderCollector, MAX_HEADER_BYTES } from '../../../src/message/header-collector';

function collect(text: string, chunkBytes: number): HeaderCollector {
    const collector = new HeaderCollector();
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += chunkBytes) {
        collector.push(bytes.subarray(at, at + chunkBytes));
    }
    return collector;
}

describe('header collector', () => {
    it('finds the empty line wherever the chunks are cut', () => {
        for (const end of ['\r\n', '\n']) {
            const head = `A: 1${end}B: 2${end} folded${end}${end}`;
            for (let size = 1; size <= head.length + 5; size++) {
                const collector = collect(`${head}\rbody${end}${end}more`, size);
                assert.equal(collector.block().toString(), head, `${size} bytes`);
                assert.equal(collector.isComplete, true);
                assert.equal(collector.isCut, false);
            }
        }
    });

    it('takes a header without a body and without an empty line', () => {
        const collector = collect('A: 1\r\nB: 2', 3);
        assert.equal(collector.block().toString(), 'A: 1\r\nB: 2');
        assert.equal(collector.isComplete, false);
    });

    it('does not take a line of one letter, or a CR inside a line, for the empty line', () => {
        assert.equal(collect('A: 1\nx\n\nbody', 1).block().toString(), 'A: 1\nx\n\n');
        assert.equal(collect('A: 1\n\rx\n\nbody', 1).block().toString(), 'A: 1\n\rx\n\n');
    });

    it('returns an empty block for an empty mail', () => {
        assert.equal(new HeaderCollector().block().length, 0);
    });

    it('stops at the limit and says so', () => {
        const collector = collect(`A: ${'x'.repeat(MAX_HEADER_BYTES)}\r\n\r\n`, 10_000);
        assert.equal(collector.block().length, MAX_HEADER_BYTES);
        assert.equal(collector.isCut, true);
        assert.equal(collector.isComplete, true);
    });

    it('takes a header that ends exactly at the limit', () => {
        const collector = collect(`A: ${'x'.repeat(MAX_HEADER_BYTES - 7)}\r\n\r\nbody`, MAX_HEADER_BYTES + 4);
        assert.equal(collector.block().length, MAX_HEADER_BYTES);
        assert.equal(collector.isCut, false);
    });
});
