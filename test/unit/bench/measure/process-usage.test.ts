import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { cpuSeconds, memoryBytes, peakMemoryBytes } from '../../../../bench/measure/process-usage';

const LARGE_BYTES = 128 * 2 ** 20;
const PEAK = `
    let large = Buffer.alloc(${LARGE_BYTES}, 1);
    console.log('full');
    process.stdin.once('data', () => {
        large = null;
        gc();
        // memory of buffers is freed behind the collection
        setTimeout(() => console.log('free'), 500);
    });`;

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

    it('shows a peak of memory that has been given back since', async () => {
        // a process of its own, because this one gives back memory of other tests whenever it likes
        const child = spawn(process.execPath, ['--expose-gc', '-e', PEAK], { stdio: ['pipe', 'pipe', 'inherit'] });
        try {
            const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
            await lines.next();
            const pid = child.pid as number;
            const full = memoryBytes(pid);
            assert.ok(full > LARGE_BYTES);
            child.stdin.write('\n');
            await lines.next();
            assert.ok(memoryBytes(pid) < full - LARGE_BYTES / 2);
            // the kernel counts both to within some pages
            assert.ok(peakMemoryBytes(pid) > full * 0.95);
        } finally {
            child.kill();
        }
    });
});
