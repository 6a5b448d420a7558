import assert from 'node:assert/strict';
import { bytesRatio, importSection, type ImportFigures, type ImportResult } from '../../../bench/parts/import';
import { latencySection } from '../../../bench/parts/latency';
import { report } from '../../../bench/report';

function run(totalMs: number, bytesFromServer: number): ImportFigures {
    const peakMemoryBytes = 150 * 2 ** 20;
    return { totalMs, firstMs: 1, bytesFromServer, cpuSeconds: 1, peakMemoryBytes, delivered: 5, doubles: 0 };
}

const imported: ImportResult = {
    mails: 500,
    wanted: 5,
    bytes: 5e6,
    mailflow: [run(900, 1100), run(1000, 1100), run(5000, 1100)],
    floor: [run(500, 1000)],
    peers: { default: { ...run(60_000, 9000), doubles: 5 }, search: run(2_000, 2000) }
};
const latency = {
    mailflow: { milliseconds: [100, 110, 900], delivered: 3, doubles: 0 },
    floor: { milliseconds: [100, 100, 100], delivered: 3, doubles: 0 }
};

describe('the report of the bench', () => {
    const text = report('a machine', [importSection(imported), latencySection(latency)], 'others were busy');
    const rowOf = (label: string): string => text.split('\n').find(line => line.startsWith(`| ${label} `)) ?? '';

    it('shows medians with the fastest and the slowest run', () => {
        assert.match(rowOf('last mail after'), /\| 1\.00 s \(0\.90–5\.00\) +\| 0\.50 s +\|/);
    });

    it('sets the figures against the targets, and says which one is missed', () => {
        assert.match(
            rowOf('import faster than node-red-node-email, set up "default"'),
            /\| 60 × +\| ≥ 50 × +\| yes +\|/
        );
        assert.match(
            rowOf('import faster than node-red-node-email, set up "search"'),
            /\| 2 × +\| ≥ 50 × +\| \*\*no\*\* \|/
        );
        assert.match(rowOf('import out of 500: time of the bare script'), /\| 2 × +\| ≤ 1\.3 × +\| \*\*no\*\* \|/);
        assert.match(rowOf('delivery: p50 of the bare listener'), /\| 1\.10 × +\| ≤ 1\.1 × +\| yes +\|/);
    });

    it('tells how each set-up of the peer was configured, and what it delivered twice', () => {
        assert.match(rowOf('default'), /every 300 s.* 60\.00 s .* 5, 5 /);
    });

    it('relates the bytes to those of the bare script', () => {
        assert.equal(bytesRatio(imported), 1.1);
    });

    it('says when the figures are doubtful', () => {
        assert.match(text, /\*\*Doubtful\*\*: others were busy\./);
    });

    it('is formatted as the project formats Markdown', async () => {
        const { check } = await import('prettier');
        assert.ok(await check(`${text}\n`, { parser: 'markdown' }));
    });
});
