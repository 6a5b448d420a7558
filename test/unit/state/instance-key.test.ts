import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FileStore } from '../../../src/state/file-store';
import { InstanceKey } from '../../../src/state/instance-key';
import { MemoryStore } from '../../support/memory-store';
import { createTempFolder } from '../../support/temp-folder';

describe('the key of a runtime', () => {
    it('is made once and then stays', async () => {
        const store = new MemoryStore();
        const [first, second] = [await InstanceKey.load(store), await InstanceKey.load(store)];
        assert.equal(first.id, second.id);
        assert.ok(second.verify(first.sign('mark', 'a'), 'mark', 'a'));
        assert.equal(store.saves, 1);
    });

    it('is another one in another runtime', async () => {
        const [one, two] = [await InstanceKey.load(new MemoryStore()), await InstanceKey.load(new MemoryStore())];
        assert.notEqual(one.id, two.id);
        assert.equal(two.verify(one.sign('mark', 'a'), 'mark', 'a'), false);
    });

    it('lies in a file that only its owner reads', async () => {
        const folder = createTempFolder('key');
        try {
            await InstanceKey.load(new FileStore(folder.path));
            const [name = ''] = readdirSync(folder.path);
            assert.equal(statSync(join(folder.path, name)).mode & 0o777, 0o600);
            const { key } = JSON.parse(readFileSync(join(folder.path, name), 'utf8')) as { key: string };
            assert.equal(Buffer.from(key, 'base64').length, 32);
        } finally {
            folder.remove();
        }
    });

    it('is replaced when its record cannot be used, which is kept aside', async () => {
        for (const record of [
            null,
            [],
            'x',
            { id: 'AAAAAAAAAAAA' },
            { id: '../', key: 'x' },
            { id: 'AAAAAAAAAAAA', key: 'c2hvcnQ=' }
        ]) {
            const store = new MemoryStore();
            await store.save('instance-key', record);
            const made = await InstanceKey.load(store);
            assert.match(made.id, /^[\w-]{12}$/);
            assert.deepEqual(store.setAsideKeys, ['instance-key']);
            assert.equal((await InstanceKey.load(store)).id, made.id);
        }
    });

    it('signs parts and not their sum, each for one purpose', async () => {
        const key = await InstanceKey.load(new MemoryStore());
        const signature = key.sign('mark', 'ab', 'c');
        assert.match(signature, /^[\w-]{24}$/);
        assert.ok(key.verify(signature, 'mark', 'ab', 'c'));
        for (const parts of [['a', 'bc'], ['abc'], ['ab', 'c', ''], []]) {
            assert.equal(key.verify(signature, 'mark', ...parts), false);
        }
        assert.equal(key.verify(signature, 'token', 'ab', 'c'), false);
        for (const forged of ['', signature.slice(1), `${signature}x`, `ä${signature.slice(1)}`]) {
            assert.equal(key.verify(forged, 'mark', 'ab', 'c'), false);
        }
    });
});
