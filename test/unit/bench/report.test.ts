import assert from 'node:assert/strict';
import { bytesRatio, report } from '../../../bench/report';
import type { ImportFigures, ImportResult } from '../../../bench/import';

function run(totalMs: number, bytesFromServer: number): ImportFigures {
    const peakMemoryBytes = 150 * 2 ** 20;
    return { totalMs, firstMs: 1, bytesFromServer, cpuSeconds: 1, peakMemoryBytes, delivered: 5, doubles: 0 };
}

const imported: ImportResult = {
    mails: 500,
    wanted: 5,
    bytes: 5e6,
    figures: {
        mailflow: [run(900, 1100), run(1000, 1100), run(5000, 1100)],
        emailNode: [run(60_000, 9000)],
        floor: [run(500, 1000)]
    }
};
const latency = {
    mailflow: { milliseconds: [100, 110, 900], delivered: 3, doubles: 0 },
    floor: { milliseconds: [100, 100, 100], delivered: 3, doubles: 0 }
};

describe('the report of the bench', () => {
    const text = report('a machine', imported, latency);
    const rowOf = (label: string): string => text.split('\n').find(line => line.startsWith(`| ${label} `)) ?? '';

    it('shows medians with the fastest and the slowest run', () => {
        assert.match(rowOf('last mail after'), /\| 1\.00 s \(0\.90–5\.00\) +\| 60\.00 s +\| 0\.50 s +\|/);
    });

    it('sets the figures against the targets, and says which one is missed', () => {
        assert.match(rowOf('import faster than node-red-node-email'), /\| 60\.0 × +\| ≥ 50 × +\| yes +\|/);
        assert.match(rowOf('time of the bare script'), /\| 2\.00 × +\| ≤ 1\.3 × +\| \*\*no\*\* \|/);
        assert.match(rowOf('delivery p50 of the bare listener'), /\| 1\.10 × +\| ≤ 1\.1 × +\| yes +\|/);
    });

    it('relates the bytes to those of the bare script', () => {
        assert.equal(bytesRatio(imported.figures), 1.1);
    });

    it('is formatted as the project formats Markdown', async () => {
        const { check } = await import('prettier');
        assert.ok(await check(`${text}\n`, { parser: 'markdown' }));
    });
});
