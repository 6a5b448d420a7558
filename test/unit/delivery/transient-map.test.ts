import assert from 'node:assert/strict';
import { TransientMap } from '../../../src/delivery/transient-map';

interface Mail {
    name: string;
}

describe('a map of what comes and goes', () => {
    it('holds what was set last, in the order of entry', () => {
        const map = new TransientMap<string, Mail>();
        map.set('a', { name: 'first' });
        map.set('b', { name: 'second' });
        map.set('a', { name: 'third' });
        assert.deepEqual([map.size, map.has('a'), map.has('c')], [2, true, false]);
        assert.deepEqual([map.get('a'), map.get('c')], [{ name: 'third' }, undefined]);
        assert.deepEqual(
            [...map.values()].map(({ name }) => name),
            ['second', 'third']
        );
    });

    it('gives what it lets go of, once', () => {
        const map = new TransientMap<number, Mail>();
        const mail = { name: 'only' };
        map.set(1, mail);
        assert.equal(map.delete(1), mail);
        assert.equal(map.delete(1), undefined);
        assert.equal(map.size, 0);
    });

    it('is empty when it was cleared', () => {
        const map = new TransientMap<number, Mail>();
        map.set(1, { name: 'one' });
        map.clear();
        assert.deepEqual([map.size, [...map.values()], map.get(1)], [0, [], undefined]);
    });
});
