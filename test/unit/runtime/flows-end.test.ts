import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { NodeAPI } from 'node-red';
import { whenFlowsEnd } from '../../../src/runtime/flows-end';

describe('whenFlowsEnd', () => {
    it('hears the end of the flows once, and no deploy', () => {
        const events = new EventEmitter();
        let calls = 0;
        whenFlowsEnd({ events } as unknown as NodeAPI, () => calls++);
        events.emit('runtime-event', { id: 'runtime-state', payload: { state: 'stop', deploy: true } });
        events.emit('runtime-event', { id: 'runtime-state', payload: { state: 'start' } });
        events.emit('runtime-event', { id: 'runtime-state' });
        events.emit('runtime-event', { id: 'other', payload: { state: 'stop' } });
        assert.equal(calls, 0);
        for (let time = 0; time < 2; time++) {
            events.emit('runtime-event', { id: 'runtime-state', payload: { state: 'stop', deploy: undefined } });
        }
        assert.equal(calls, 1);
        assert.equal(events.listenerCount('runtime-event'), 0);
    });
});
