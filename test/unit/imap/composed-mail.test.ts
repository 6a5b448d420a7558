import assert from 'node:assert/strict';
import type { FetchMessageObject, MessageStructureObject } from 'imapflow';
import { composeMail, type ComposedMail } from '../../../src/imap/composed-mail';
import { readOutline } from '../../../src/imap/outline';
import type { PartWants } from '../../../src/imap/part-request';

const HEADER = 'Subject: x\r\nContent-Type: multipart/mixed; boundary=limit\r\n\r\n';
const TEXT_FIELDS = 'Content-Type: text/plain\r\n\r\n';
const FILE_FIELDS = 'Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n';
const FILE = 'QUJDRA==';
const RAW = [
    `${HEADER}preamble`,
    `--limit`,
    `${TEXT_FIELDS}hello`,
    `--limit`,
    `${FILE_FIELDS}${FILE}`,
    '--limit--',
    ''
].join('\r\n');
const STRUCTURE: MessageStructureObject = {
    type: 'multipart/mixed',
    parameters: { boundary: 'limit' },
    childNodes: [
        { part: '1', type: 'text/plain', size: 5, encoding: '7bit' },
        { part: '2', type: 'application/pdf', size: FILE.length, encoding: 'base64' }
    ]
};
const SECTIONS: Record<string, string> = {
    text: RAW.slice(HEADER.length).slice(0, 256),
    '1.mime': TEXT_FIELDS,
    '1': 'hello',
    '2.mime': FILE_FIELDS,
    '2': FILE
};

interface Given {
    size?: number;
    sections?: Record<string, string | null>;
    wants?: Partial<PartWants>;
    only?: ReadonlySet<string>;
    part?: Partial<MessageStructureObject>;
}

function compose({ size = RAW.length, sections = {}, wants = {}, only, part = {} }: Given = {}): ComposedMail {
    const entries = Object.entries({ ...SECTIONS, ...sections }).filter(([, value]) => value !== null);
    const bodyParts = new Map(entries.map(([key, value]) => [key, Buffer.from(value ?? '')]));
    const answer: FetchMessageObject = { seq: 1, uid: 1, headers: Buffer.from(HEADER), bodyParts };
    const [text, file] = STRUCTURE.childNodes as [MessageStructureObject, MessageStructureObject];
    const outline = readOutline({ ...STRUCTURE, childNodes: [text, { ...file, ...part }] }, true);
    return composeMail({ seq: 1, uid: 1, size }, outline, answer, {
        wants: { text: true, sizes: true, ...wants },
        only: only ?? null,
        read: async function* () {
            yield await Promise.resolve(Buffer.from(FILE));
        }
    });
}

describe('a mail put together from its parts', () => {
    it('is the mail without its preamble and its attachments, whose sizes are known', () => {
        const { source, detached } = compose();
        assert.equal(source.toString(), RAW.replace('preamble\r\n', '').replace(FILE, ''));
        assert.deepEqual([...detached], [['2', { size: 4 }]]);
    });

    it('fetches the content of an attachment when it is wanted, without its transfer encoding', async () => {
        const part = compose({ wants: { sizes: false }, sections: { '2': null } }).detached.get('2');
        assert.ok(part && 'open' in part);
        const chunks: Buffer[] = [];
        for await (const chunk of part.open()) {
            chunks.push(chunk);
        }
        assert.equal(Buffer.concat(chunks).toString(), 'ABCD');
    });

    it('fetches nothing of an attachment that is not wanted, nor of the text', () => {
        const { source, detached } = compose({ wants: { text: false, sizes: false }, only: new Set(['3']) });
        assert.deepEqual([...detached], [['2', { size: 0 }]]);
        assert.doesNotMatch(source.toString(), /hello|QUJD/);
    });

    it('lets the parser read what only the parser can decode', async () => {
        const { source, detached } = compose({ part: { encoding: 'quoted-printable' } });
        assert.equal(detached.size, 0);
        const chunks = await (source as AsyncIterable<Buffer> & { toArray(): Promise<Buffer[]> }).toArray();
        assert.equal(Buffer.concat(chunks).toString(), RAW.replace('preamble\r\n', ''));
    });

    const lies: Array<[string, Given, RegExp]> = [
        ['the mail is shorter than its parts', { size: RAW.length - 3 }, /not as large/],
        ['the mail has room for another delimiter', { size: RAW.length + 7 }, /not as large/],
        ['a size is wrong', { part: { size: FILE.length + 4 } }, /not as large/],
        ['a text is shorter than said', { sections: { '1': 'hell' } }, /not as long/],
        ['a text is missing', { sections: { '1': null } }, /not as long/],
        ['the header of a part is missing', { sections: { '2.mime': null } }, /left out the header/],
        ['the first delimiter does not come', { sections: { text: 'something else' } }, /does not begin/],
        ['the first delimiter is the last', { sections: { text: 'preamble\r\n--limit--\r\n' } }, /does not begin/]
    ];
    for (const [what, given, problem] of lies) {
        it(`is refused when ${what}`, () => {
            assert.throws(() => compose(given), problem);
        });
    }
});
