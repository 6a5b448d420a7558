import { Writable } from 'node:stream';
import type MimeNode from 'nodemailer/lib/mime-node';

const LF = 0x0a;
const CR = 0x0d;

/**
 * The bytes of a mail whose contents are all in memory. `MimeNode.build` gives the same through three streams in a
 * pipeline, which takes longer than everything else that a small mail needs.
 *
 * @throws what a content fails with.
 */
export function mimeBytes(node: MimeNode): Promise<Buffer> {
    return new Promise((resolve, reject) => {
        const chunks: Buffer[] = [];
        const output = new Writable({
            write(chunk: Buffer, _encoding, callback) {
                chunks.push(chunk);
                callback();
            }
        });
        node.stream(output, {}, error => {
            if (error) {
                reject(error);
                return;
            }
            const last = chunks.at(-1)?.at(-1);
            if (last !== LF) {
                chunks.push(Buffer.from(last === CR ? '\n' : '\r\n'));
            }
            resolve(Buffer.concat(chunks));
        });
    });
}
