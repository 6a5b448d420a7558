import assert from 'node:assert/strict';
import type { FetchMessageObject } from 'imapflow';
import { Readable } from 'node:stream';
import { fetchContent, isOversize, type ContentPlan, type FetchedMail } from '../../../src/imap/content';
import { goneError, type OpenFolder } from '../../../src/imap/open-folder';

const KB = 1024;
const MB = 1024 * KB;
const HEADER = 'From: a@shop.example\r\nSubject: x\r\n\r\n';

/** Remembers which command fetched what. */
class FakeFolder {
    readonly commands: string[] = [];
    readonly gone = new Set<number>();
    /** Expunged between the header and the content. */
    readonly goneAtDownload = new Set<number>();
    source = `${HEADER}body`;

    async headers(uids: number[]): Promise<Map<number, Buffer>> {
        this.commands.push(`headers ${uids.join()}`);
        return this.#answer(uids, HEADER);
    }

    async sources(uids: number[]): Promise<Map<number, Buffer>> {
        this.commands.push(`sources ${uids.join()}`);
        return this.#answer(uids, this.source);
    }

    async download(uid: number): Promise<Readable> {
        this.commands.push(`download ${uid}`);
        if (this.goneAtDownload.has(uid)) {
            throw goneError('Shop mail', 'INBOX', uid);
        }
        return Readable.from([Buffer.from(this.source)]);
    }

    #answer(uids: number[], text: string): Map<number, Buffer> {
        return new Map(uids.filter(uid => !this.gone.has(uid)).map(uid => [uid, Buffer.from(text)]));
    }
}

function rowsOf(sizes: Record<number, number>): Map<number, FetchMessageObject> {
    const rows = Object.entries(sizes).map(([uid, size]) => ({ seq: 1, uid: Number(uid), size }));
    return new Map(rows.reverse().map(row => [row.uid, row as FetchMessageObject]));
}

async function fetch(
    folder: FakeFolder,
    sizes: Record<number, number>,
    plan: Partial<ContentPlan> = {}
): Promise<FetchedMail[]> {
    const mails: FetchedMail[] = [];
    const wanted: ContentPlan = { content: 'full', attachments: 'none', maxBytes: 25 * MB, ...plan };
    for await (const mail of fetchContent(folder as unknown as OpenFolder, rowsOf(sizes), wanted)) {
        mails.push(mail);
        if (!Buffer.isBuffer(mail.source)) {
            mail.source.destroy();
        }
    }
    return mails;
}

describe('fetchContent', () => {
    let folder: FakeFolder;
    beforeEach(() => (folder = new FakeFolder()));

    it('fetches small mails with one command, ascending by UID', async () => {
        const mails = await fetch(folder, { 9: KB, 3: KB, 5: 256 * KB });
        assert.deepEqual(folder.commands, ['sources 3,5,9']);
        assert.deepEqual(
            mails.map(mail => [mail.uid, mail.oversize, mail.header.toString(), mail.source.toString()]),
            [3, 5, 9].map(uid => [uid, false, HEADER, `${HEADER}body`])
        );
    });

    it('begins another command where four megabytes would be exceeded', async () => {
        const quarter = 256 * KB;
        await fetch(folder, Object.fromEntries(Array.from({ length: 18 }, (_unused, index) => [index + 1, quarter])));
        assert.deepEqual(
            folder.commands.map(command => command.split(',').length),
            [16, 2]
        );
    });

    it('streams a large mail, with its header fetched before', async () => {
        const [mail] = await fetch(folder, { 4: 256 * KB + 1 });
        assert.deepEqual(folder.commands, ['headers 4', 'download 4']);
        assert.ok(mail?.source instanceof Readable);
        assert.equal(mail.header.toString(), HEADER);
        assert.equal(mail.oversize, false);
    });

    it('streams large mails one after the other, in their order among small ones', async () => {
        const mails = await fetch(folder, { 1: KB, 2: MB, 3: MB, 4: KB, 5: KB });
        assert.deepEqual(folder.commands, [
            'sources 1',
            'headers 2',
            'download 2',
            'headers 3',
            'download 3',
            'sources 4,5'
        ]);
        assert.deepEqual(
            mails.map(mail => mail.uid),
            [1, 2, 3, 4, 5]
        );
    });

    it('fetches nothing of the second large mail while the first is with its reader', async () => {
        const plan: ContentPlan = { content: 'full', attachments: 'none', maxBytes: 25 * MB };
        const mails = fetchContent(folder as unknown as OpenFolder, rowsOf({ 1: MB, 2: MB }), plan);
        await mails.next();
        assert.deepEqual(folder.commands, ['headers 1', 'download 1']);
        await mails.return(undefined);
    });

    it('reduces a mail above the limit to its header', async () => {
        const [mail] = await fetch(folder, { 4: MB + 1 }, { maxBytes: MB });
        assert.deepEqual(folder.commands, ['headers 4']);
        assert.equal(mail?.oversize, true);
        assert.equal(mail?.source.toString(), HEADER);
    });

    it('takes a mail of exactly the limit whole', async () => {
        const [mail] = await fetch(folder, { 4: MB }, { maxBytes: MB });
        assert.equal(mail?.oversize, false);
    });

    it('fetches headers alone when nothing else is wanted, and says which mails are oversize', async () => {
        const mails = await fetch(folder, { 1: KB, 2: 30 * MB }, { content: 'headers' });
        assert.deepEqual(folder.commands, ['headers 1,2']);
        assert.deepEqual(
            mails.map(mail => mail.oversize),
            [false, true]
        );
    });

    it('fetches nothing for no mails', async () => {
        assert.deepEqual(await fetch(folder, {}), []);
        assert.deepEqual(folder.commands, []);
    });

    it('leaves out mails that are gone, in every way of fetching', async () => {
        [1, 3, 5].forEach(uid => folder.gone.add(uid));
        const mails = await fetch(folder, { 1: KB, 2: KB, 3: MB, 4: MB, 5: 30 * MB, 6: 30 * MB });
        assert.deepEqual(
            mails.map(mail => mail.uid),
            [2, 4, 6]
        );
    });

    // An error here would count as a failed try of the mails behind it, which are well
    it('leaves out a large mail that goes between its header and its content', async () => {
        folder.goneAtDownload.add(3);
        const mails = await fetch(folder, { 3: MB, 4: MB });
        assert.deepEqual(
            mails.map(mail => mail.uid),
            [4]
        );
    });

    it('passes every other failure on', async () => {
        folder.download = () => Promise.reject(new Error('line cut'));
        await assert.rejects(fetch(folder, { 3: MB }), /line cut/);
    });

    describe('finds the end of the header', () => {
        const cases: Array<[string, string, string]> = [
            ['with line feeds alone', 'A: b\nC: d\n\nbody\n\nmore', 'A: b\nC: d\n\n'],
            ['at the first empty line of either kind', 'A: b\n\nbody\r\n\r\nmore', 'A: b\n\n'],
            ['at the end of a mail without a body', 'A: b\r\n', 'A: b\r\n'],
            ['in an empty mail', '', ''],
            // else lines of the body would count as fields of the header
            ['in a mail that begins with an empty line', '\r\nFrom: a@shop.example\r\n\r\nx', '\r\n'],
            ['in a mail that begins with a line feed', '\nFrom: a@shop.example\n\nx', '\n']
        ];
        for (const [what, source, header] of cases) {
            it(what, async () => {
                folder.source = source;
                const [mail] = await fetch(folder, { 1: KB });
                assert.equal(mail?.header.toString(), header);
            });
        }
    });
});

describe('fetchContent of text', () => {
    const TEXT = { type: 'text/plain', part: '1', size: 4 };
    const FILE = { type: 'application/pdf', part: '2', size: MB, encoding: 'base64' };
    const structure = (...childNodes: object[]): object => ({
        type: 'multipart/mixed',
        parameters: { boundary: 'limit' },
        childNodes
    });

    async function detourOf(row: object, plan: Partial<ContentPlan> = {}): Promise<[string[], string | undefined]> {
        const folder = new FakeFolder();
        const rows = new Map([[1, { seq: 1, uid: 1, size: 2 * KB, ...row } as FetchMessageObject]]);
        const wanted: ContentPlan = { content: 'text', attachments: 'none', maxBytes: 25 * MB, ...plan };
        for await (const mail of fetchContent(folder as unknown as OpenFolder, rows, wanted)) {
            return [folder.commands, mail.detour];
        }
        throw new Error('nothing was fetched');
    }

    it('goes whole without a word when the mail is all text', async () => {
        const bodyStructure = structure(TEXT, { ...TEXT, part: '2' });
        assert.deepEqual(await detourOf({ bodyStructure }), [['sources 1'], undefined]);
        assert.deepEqual(await detourOf({ bodyStructure: { type: 'text/html', size: 4 } }), [['sources 1'], undefined]);
    });

    it('goes whole when every byte is wanted anyway', async () => {
        const bodyStructure = structure(TEXT, FILE);
        assert.deepEqual(await detourOf({ bodyStructure }, { attachments: 'buffer' }), [['sources 1'], undefined]);
        assert.deepEqual(await detourOf({ bodyStructure }, { content: 'full' }), [['sources 1'], undefined]);
    });

    const refused: Array<[string, object | undefined, RegExp]> = [
        ['there is no structure', undefined, /does not describe/],
        ['a size is missing', structure(TEXT, { type: 'image/png', part: '2' }), /how large/],
        ['a size is none', structure(TEXT, { ...FILE, size: NaN }), /how large/],
        ['a part has no number', structure(TEXT, { ...FILE, part: undefined }), /numbers/],
        ['a multipart has no parts', structure(), /names no parts/],
        [
            'a multipart has no delimiter',
            { type: 'multipart/mixed', childNodes: [TEXT, FILE] },
            /where its parts begin/
        ],
        ['there are too many parts', structure(...Array.from({ length: 61 }, () => FILE)), /too many parts/]
    ];
    for (const [what, bodyStructure, reason] of refused) {
        it(`goes whole and says why when ${what}`, async () => {
            const [commands, detour] = await detourOf({ bodyStructure });
            assert.deepEqual(commands, ['sources 1']);
            assert.match(detour ?? '', reason);
        });
    }
});

describe('isOversize', () => {
    it('is false for a mail without a size', () => {
        assert.equal(isOversize({ seq: 1, uid: 1 } as FetchMessageObject, { maxBytes: 1 }), false);
    });
});
