import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { dropSource, pump } from '../../../src/message/mail-source';

describe('mail source', () => {
    it('hands a large buffer on in pieces', async () => {
        const mail = Buffer.alloc(200_000, 'x');
        const chunks: Buffer[] = [];
        await pump(mail, chunk => {
            chunks.push(chunk);
        });
        assert.ok(chunks.length > 1);
        assert.deepEqual(Buffer.concat(chunks), mail);
    });

    it('waits until a chunk is taken', async () => {
        let busy = false;
        await pump(Readable.from([Buffer.from('a'), Buffer.from('b')]), async () => {
            assert.equal(busy, false);
            busy = true;
            await new Promise(setImmediate);
            busy = false;
        });
    });

    it('rejects when the stream fails or ends too early', async () => {
        const failing = new Readable({
            read() {
                this.destroy(new Error('connection lost'));
            }
        });
        await assert.rejects(
            pump(failing, () => undefined),
            /connection lost/
        );
        const cut = new Readable({
            read() {
                this.destroy();
            }
        });
        await assert.rejects(
            pump(cut, () => undefined),
            /Premature close/
        );
    });

    it('lets go of a stream', () => {
        const stream = new Readable({ read: () => undefined });
        dropSource(stream);
        dropSource(Buffer.alloc(0));
        assert.equal(stream.destroyed, true);
    });
});
