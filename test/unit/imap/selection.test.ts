import assert from 'node:assert/strict';
import type { SearchObject } from 'imapflow';
import type { OpenFolder } from '../../../src/imap/open-folder';
import { selectMails, type SelectionRule, type Slice } from '../../../src/imap/selection';
import { compileSenders } from '../../../src/sender/pattern';

const SHOP = 'From: inquiry@channel.shop.example\r\n\r\n';
const OTHER = 'From: anna@other.example\r\n\r\n';

/** A folder that answers like a server: a range to `*` always includes the newest mail (RFC 9051, seq-range). */
class FakeFolder {
    readonly peeked: string[] = [];
    readonly searched: SearchObject[] = [];
    mails = new Map<number, string>();
    uidNext = 1;
    /** Replaces the UIDs that the server finds. */
    found: number[] | null = null;

    with(uids: Iterable<number>, block = SHOP): this {
        for (const uid of uids) {
            this.mails.set(uid, block);
            this.uidNext = Math.max(this.uidNext, uid + 1);
        }
        return this;
    }

    async peekFrom(range: string, onHeader: (uid: number, block: Buffer) => void): Promise<void> {
        this.peeked.push(range);
        for (const uid of this.#inSet(range)) {
            onHeader(uid, Buffer.from(this.mails.get(uid) as string));
        }
    }

    async search(query: SearchObject): Promise<number[]> {
        this.searched.push(query);
        return this.found ?? this.#inSet(String(query.uid));
    }

    #inSet(set: string): number[] {
        const uids = [...this.mails.keys()].sort((a, b) => a - b);
        const newest = uids.at(-1) ?? 0;
        const ranges = set.split(',').map(range => {
            const [first = '', last = first] = range.split(':');
            const ends = [first, last].map(end => (end === '*' ? newest : Number(end)));
            return [Math.min(...ends), Math.max(...ends)] as const;
        });
        return uids.filter(uid => ranges.some(([low, high]) => uid >= low && uid <= high));
    }
}

function rule(senders: string[], search: SearchObject | null = null): SelectionRule {
    return { senders: compileSenders(senders), search };
}

async function select(folder: FakeFolder, from: number, wanted: SelectionRule): Promise<Slice[]> {
    const slices: Slice[] = [];
    for await (const slice of selectMails(folder as unknown as OpenFolder, from, wanted)) {
        slices.push(slice);
    }
    return slices;
}

function numbers(from: number, to: number): number[] {
    return Array.from({ length: to - from + 1 }, (_unused, index) => from + index);
}

describe('selectMails with senders', () => {
    const shop = rule(['*@channel.shop.example']);

    it('takes the mails of the senders, ascending, and decides about all', async () => {
        const folder = new FakeFolder().with([9, 3], SHOP).with([5, 12], OTHER);
        assert.deepEqual(await select(folder, 1, shop), [{ hits: [3, 9], scannedTo: 12 }]);
        assert.deepEqual(folder.peeked, ['1:*']);
        assert.deepEqual(folder.searched, []);
    });

    it('decides by the header and not by what the server finds', async () => {
        const folder = new FakeFolder().with([4], 'From: "inquiry@channel.shop.example" <evil@other.example>\r\n\r\n');
        assert.deepEqual(await select(folder, 1, shop), [{ hits: [], scannedTo: 4 }]);
    });

    it('drops the newest mail, which a range to * contains although it is older', async () => {
        const folder = new FakeFolder().with([7]);
        assert.deepEqual(await select(folder, 8, shop), [{ hits: [], scannedTo: 7 }]);
    });

    it('decides nothing anew in an empty folder', async () => {
        assert.deepEqual(await select(new FakeFolder(), 1, shop), [{ hits: [], scannedTo: 0 }]);
    });

    it('never goes back when the folder has shrunk', async () => {
        const folder = new FakeFolder().with([3]);
        assert.deepEqual(await select(folder, 101, shop), [{ hits: [], scannedTo: 100 }]);
    });

    it('counts mail that arrived after the selection as decided', async () => {
        const folder = new FakeFolder().with([3, 4]);
        folder.uidNext = 4;
        assert.deepEqual(await select(folder, 1, shop), [{ hits: [3, 4], scannedTo: 4 }]);
    });

    it('counts the gap up to UIDNEXT as decided', async () => {
        const folder = new FakeFolder().with([3]);
        folder.uidNext = 50;
        assert.deepEqual(await select(folder, 1, shop), [{ hits: [3], scannedTo: 49 }]);
    });

    it('looks at everything in one go when the server tells no UIDNEXT', async () => {
        const folder = new FakeFolder().with([3, 20_000]);
        folder.uidNext = 0;
        assert.deepEqual(await select(folder, 1, shop), [{ hits: [3, 20_000], scannedTo: 20_000 }]);
    });

    it('takes a mail once that the server reports twice', async () => {
        const folder = new FakeFolder().with([3]);
        folder.peekFrom = async (_range, onHeader) => [3, 3].forEach(uid => onHeader(uid, Buffer.from(SHOP)));
        assert.deepEqual(await select(folder, 1, shop), [{ hits: [3], scannedTo: 3 }]);
    });

    it('ignores mails outside of the slice that was asked for', async () => {
        const folder = new FakeFolder().with([9_000]);
        const asked = folder.peekFrom.bind(folder);
        folder.peekFrom = async (range, onHeader) => {
            onHeader(9_000, Buffer.from(SHOP));
            await asked(range, onHeader);
        };
        assert.deepEqual(await select(folder, 1, shop), [
            { hits: [], scannedTo: 5_000 },
            { hits: [9_000], scannedTo: 9_000 }
        ]);
    });

    it('goes through a full folder in slices of 5,000', async () => {
        const folder = new FakeFolder().with(numbers(1, 12_000), OTHER).with([6_000]);
        assert.deepEqual(await select(folder, 1, shop), [
            { hits: [], scannedTo: 5_000 },
            { hits: [6_000], scannedTo: 10_000 },
            { hits: [], scannedTo: 12_000 }
        ]);
        assert.deepEqual(folder.peeked, ['1:5000', '5001:10000', '10001:*']);
    });

    it('begins where it is told to', async () => {
        const folder = new FakeFolder().with(numbers(1, 8_000), OTHER);
        await select(folder, 2_001, shop);
        assert.deepEqual(folder.peeked, ['2001:7000', '7001:*']);
    });

    it('widens the slices where most mail is deleted', async () => {
        const folder = new FakeFolder().with([1, 2_000_000]);
        const slices = await select(folder, 1, shop);
        assert.deepEqual(folder.peeked, [
            '1:5000',
            '5001:25000',
            '25001:105000',
            '105001:425000',
            '425001:1425000',
            '1425001:*'
        ]);
        assert.deepEqual(
            slices.flatMap(slice => slice.hits),
            [1, 2_000_000]
        );
    });

    it('narrows the slices again where mail is dense', async () => {
        const folder = new FakeFolder().with(numbers(5_001, 7_000)).with([40_000]);
        await select(folder, 1, shop);
        assert.deepEqual(folder.peeked, ['1:5000', '5001:25000', '25001:30000', '30001:*']);
    });
});

describe('selectMails with a search', () => {
    it('gives the conditions and the range to the server', async () => {
        const folder = new FakeFolder().with([2, 3]);
        folder.found = [3];
        assert.deepEqual(await select(folder, 1, rule([], { seen: false })), [{ hits: [3], scannedTo: 3 }]);
        assert.deepEqual(folder.searched, [{ seen: false, uid: '1:*' }]);
        assert.deepEqual(folder.peeked, []);
    });

    it('asks for all mails when there is neither a sender nor a condition', async () => {
        const folder = new FakeFolder().with([2, 9]);
        assert.deepEqual(await select(folder, 1, rule([])), [{ hits: [2, 9], scannedTo: 9 }]);
        assert.deepEqual(folder.searched, [{ uid: '1:*' }]);
    });

    it('drops what the server finds outside of the range', async () => {
        const folder = new FakeFolder().with([7]);
        folder.found = [7, 8];
        assert.deepEqual(await select(folder, 8, rule([], { seen: false })), [{ hits: [8], scannedTo: 8 }]);
    });

    it('counts what the search leaves out as decided too', async () => {
        const folder = new FakeFolder().with([2, 9]);
        folder.found = [];
        assert.deepEqual(await select(folder, 1, rule([], { seen: false })), [{ hits: [], scannedTo: 9 }]);
    });

    it('looks at the senders of what the server found, and of nothing else', async () => {
        const folder = new FakeFolder().with([2, 4, 5]).with([3], OTHER);
        folder.found = [2, 3, 4];
        const shop = rule(['*@channel.shop.example'], { seen: false });
        assert.deepEqual(await select(folder, 1, shop), [{ hits: [2, 4], scannedTo: 5 }]);
        assert.deepEqual(folder.peeked, ['2:4']);
    });

    it('peeks at no sender when the search finds nothing', async () => {
        const folder = new FakeFolder().with([2]);
        folder.found = [];
        await select(folder, 1, rule(['*@channel.shop.example'], { seen: false }));
        assert.deepEqual(folder.peeked, []);
    });

    it('peeks at 500 mails per command', async () => {
        const folder = new FakeFolder().with(numbers(1, 2_400));
        folder.found = numbers(1, 2_400).filter(uid => uid % 2 === 0);
        const [slice] = await select(folder, 1, rule(['*@channel.shop.example'], { seen: false }));
        assert.equal(slice?.hits.length, 1_200);
        assert.deepEqual(
            folder.peeked.map(set => set.split(',').length),
            [500, 500, 200]
        );
    });

    // A push with 300,000 arguments overflows the stack
    it('takes an answer of 300,000 mails', async () => {
        const folder = new FakeFolder();
        folder.found = numbers(1, 300_000);
        const [slice] = await select(folder, 1, rule([], { seen: false }));
        assert.equal(slice?.hits.length, 300_000);
        assert.equal(slice?.scannedTo, 300_000);
    });
});
