import assert from 'node:assert/strict';
import { cpuSeconds, peakMemoryBytes } from '../../../../bench/measure/process-usage';
import { liveBytes } from '../../../support/live-memory';

describe('the usage of a process', () => {
    before(function () {
        if (process.platform !== 'linux') {
            // there is no /proc, and the bench says so itself
            this.skip();
        }
    });

    it('agrees with what the process itself knows of its processor time', () => {
        const { user, system } = process.cpuUsage();
        assert.ok(Math.abs(cpuSeconds(process.pid) - (user + system) / 1e6) < 0.1);
    });

    it('shows a peak of memory that has been given back since', () => {
        // collects what the large buffer would otherwise let the process give back at the same moment
        liveBytes();
        const { rss } = process.memoryUsage();
        const above = peakMemoryBytes(process.pid) - rss + 64 * 2 ** 20;
        Buffer.alloc(above, 1);
        assert.ok(peakMemoryBytes(process.pid) >= rss + above * 0.9);
    });
});
