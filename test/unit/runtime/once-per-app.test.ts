import assert from 'node:assert/strict';
import type { NodeAPI } from 'node-red';
import { oncePerApp } from '../../../src/runtime/once-per-app';

describe('oncePerApp', () => {
    it('registers each route once for each admin app', () => {
        const [one, two] = [{ httpAdmin: {} }, { httpAdmin: {} }] as NodeAPI[];
        const registered: string[] = [];
        for (const [RED, name] of [
            [one, 'a'],
            [one, 'a'],
            [one, 'b'],
            [two, 'a']
        ] as Array<[NodeAPI, string]>) {
            oncePerApp(RED, name, () => registered.push(name));
        }
        assert.deepEqual(registered, ['a', 'b', 'a']);
    });
});
