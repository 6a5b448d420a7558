import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Base64Decoder, BASE64_TAIL_BYTES, decodeBase64, decodedSize } from '../../../src/message/base64-decoder';
import { PartParser } from '../../../src/message/part-parser';
import { randomFrom } from '../../support/random-numbers';

async function decode(text: string, chunkBytes: number): Promise<Buffer> {
    const raw = Buffer.from(text, 'latin1');
    async function* chunks(): AsyncGenerator<Buffer> {
        for (let at = 0; at < raw.length; at += chunkBytes) {
            yield await Promise.resolve(raw.subarray(at, at + chunkBytes));
        }
    }
    const decoded: Buffer[] = [];
    for await (const chunk of decodeBase64(chunks())) {
        decoded.push(chunk);
    }
    return Buffer.concat(decoded);
}

/** What the MIME parser makes of it. */
async function parsed(text: string): Promise<Buffer> {
    const parser = new PartParser();
    parser.end(Buffer.from(`Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n${text}`, 'latin1'));
    const chunks: Buffer[] = [];
    for await (const item of parser as AsyncIterable<{
        type: string;
        content: AsyncIterable<Buffer>;
        release(): void;
    }>) {
        if (item.type === 'attachment') {
            for await (const chunk of item.content) {
                chunks.push(chunk);
            }
            item.release();
        }
    }
    return Buffer.concat(chunks);
}

function wrapped(content: Buffer, length = 76): string {
    return (content.toString('base64').match(new RegExp(`.{1,${length}}`, 'g')) ?? []).join('\r\n');
}

describe('the base64 decoder', () => {
    it('gives the content, however the lines are cut into chunks', async () => {
        for (const bytes of [0, 1, 2, 3, 57, 58, 1000]) {
            const content = randomBytes(bytes);
            for (const chunkBytes of [1, 2, 3, 5, 8, 9, 10, 11, 12, 76, 77, 78, 79, 10_000]) {
                assert.deepEqual(await decode(wrapped(content), chunkBytes), content, `${bytes} in ${chunkBytes}`);
            }
        }
    });

    it('gives the bytes of the MIME parser for whatever a sender writes', async () => {
        const pieces = ['QUJD', 'QQ==', 'Q', '=', '==', '\r\n', '\n', ' ', '-', '_', '\xfc', '\0', '!', 'AB'];
        const random = randomFrom(7);
        for (let round = 0; round < 300; round++) {
            const text = Array.from(
                { length: Math.floor(random() * 20) },
                () => pieces[Math.floor(random() * pieces.length)]
            ).join('');
            const wanted = await parsed(text);
            for (const chunkBytes of [1, 3, 7, 9, 10, 11, 1000]) {
                assert.deepEqual(await decode(text, chunkBytes), wanted, JSON.stringify([text, chunkBytes]));
            }
        }
    });

    it('gives the bytes of the MIME parser for long lines with something foreign among them', async () => {
        const random = randomFrom(11);
        for (const foreign of ['', '-', '_', '=', '==', '\n', '\r\n', ' ', '!', '\xfc', 'A', 'AB', 'ABCD']) {
            for (const width of [4, 60, 75, 76]) {
                const text = wrapped(randomBytes(30_000), width);
                const at = Math.floor(random() * text.length);
                const changed = text.slice(0, at) + foreign + text.slice(at);
                const wanted = await parsed(changed);
                for (const chunkBytes of [1001, 16_384, 100_000]) {
                    const what = JSON.stringify([foreign, width, at, chunkBytes]);
                    assert.ok((await decode(changed, chunkBytes)).equals(wanted), what);
                }
            }
        }
    });

    it('takes a flood of padding in time that grows with its size alone', () => {
        const decoder = new Base64Decoder();
        const started = Date.now();
        for (const flood of ['=', 'A=', 'AA=', 'A-']) {
            decoder.decode(Buffer.alloc(1024 * 1024, flood));
        }
        assert.ok(Date.now() - started < 3000, `${Date.now() - started} ms`);
    });
});

describe('the size behind base64', () => {
    const sizeOf = (text: string): number | null =>
        decodedSize(text.length, Buffer.from(text.slice(-BASE64_TAIL_BYTES), 'latin1'));

    it('is told by the last lines for every length and every usual width', () => {
        for (const width of [60, 64, 72, 76]) {
            for (let bytes = 0; bytes < 700; bytes++) {
                const text = wrapped(randomBytes(bytes), width);
                assert.equal(sizeOf(text), bytes, `${bytes} bytes in lines of ${width}`);
                assert.equal(sizeOf(`${text}\r\n\r\n`), bytes, `${bytes} bytes and an empty line`);
            }
        }
    });

    it('is not guessed when the lines are not all alike, or padding stands in the middle', () => {
        const content = wrapped(randomBytes(1000));
        const odd = [
            `AAAA\r\n${content}`,
            `${content}\r\nAAAA\r\n${content.slice(0, 76)}`,
            content.replaceAll('\r\n', '\n'),
            content.replaceAll('\r\n', ''),
            `${'QUI=\r\n'.repeat(200)}`,
            `${content}\r\n-- \r\nfooter`
        ];
        odd.forEach(text => assert.equal(sizeOf(text), null, JSON.stringify(text.slice(-90))));
    });
});
