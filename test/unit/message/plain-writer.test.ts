import assert from 'node:assert/strict';
import { PlainWriter } from '../../../src/message/plain-writer';

describe('plain writer', () => {
    it('writes nothing for nothing', () => {
        const writer = new PlainWriter();
        writer.text('  \u00a0 ');
        writer.endParagraph();
        assert.equal(writer.result(), '');
    });

    it('limits the quote mark, so that nesting does not square the size', () => {
        const writer = new PlainWriter();
        for (let depth = 0; depth < 1000; depth++) {
            writer.changeQuoteDepth(1);
        }
        writer.text('deep');
        assert.equal(writer.result(), '> > > > > deep');
    });

    it('survives ends without a beginning', () => {
        const writer = new PlainWriter();
        writer.changeQuoteDepth(-1);
        writer.changePreformatted(-1);
        writer.endItem();
        writer.text('x');
        assert.equal(writer.result(), 'x');
    });

    it('writes one tab between cells, however much white space stands there', () => {
        const writer = new PlainWriter();
        writer.gap('\t');
        writer.text('a ');
        writer.gap('\t');
        writer.text(' b');
        assert.equal(writer.result(), 'a\tb');
    });
});
