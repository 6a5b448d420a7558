import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import { useLoopGuard } from '../../../src/runtime/loop-guards';
import { SendingReport } from '../../../src/runtime/sending-report';
import type { SentInfo } from '../../../src/smtp/submission';
import { original } from '../../support/originals';
import { createTempFolder, type TempFolder } from '../../support/temp-folder';

const LIMITS = { maxPerSender: 20, perSenderMinutes: 120, maxPerTarget: 30, perTargetMinutes: 10 };

describe('the loop guard of a runtime', () => {
    let folder: TempFolder;
    let warnings: string[];
    let RED: NodeAPI;
    beforeEach(() => {
        folder = createTempFolder('guards');
        warnings = [];
        RED = {
            settings: { userDir: folder.path },
            log: { warn: (text: string) => warnings.push(text) }
        } as unknown as NodeAPI;
    });
    afterEach(() => folder.remove());

    const targets = ['a@example.com', 'b@example.com'];
    async function attempt(): Promise<
        Parameters<Awaited<ReturnType<ReturnType<typeof useLoopGuard>['get']>>['judge']>[0]
    > {
        return { node: 'n', action: 'forward', original: await original(), targets, owns: () => false, limits: LIMITS };
    }

    it('is one for all its nodes, and another one for the next runtime in this process', async () => {
        const [one, two] = [useLoopGuard(RED), useLoopGuard(RED)];
        assert.equal(await one.get(), await two.get());
        const other = useLoopGuard({ ...RED, settings: { userDir: join(folder.path, 'other') } } as unknown as NodeAPI);
        assert.notEqual((await other.get()).key.id, (await one.get()).key.id);
        await Promise.all([one, two, other].map(use => use.release()));
    });

    it('goes with its last user and comes back with what was stored', async () => {
        const first = useLoopGuard(RED);
        const guard = await first.get();
        await first.release();
        const second = useLoopGuard(RED);
        const next = await second.get();
        assert.notEqual(next, guard);
        assert.equal(next.key.id, guard.key.id);
        await second.release();
    });

    it('touches no file before it is asked for', async () => {
        const use = useLoopGuard({ ...RED, settings: { userDir: '/proc/nowhere' } } as unknown as NodeAPI);
        await use.release();
        assert.deepEqual(warnings, []);
    });

    it('says which folder it cannot use, and tries again the next time', async () => {
        writeFileSync(join(folder.path, 'mailflow'), 'a file where the folder should be');
        const use = useLoopGuard(RED);
        await assert.rejects(use.get(), { code: 'LEDGER_FAILED', kind: 'temporary', message: /mailflow/ });
        folder.remove();
        assert.ok(await use.get());
        await use.release();
    });

    it('learns from a report who has the mail, and who has not', async () => {
        const use = useLoopGuard(RED);
        const guard = await use.get();
        const given = await attempt();
        const verdict = await guard.judge(given);
        const report = new SendingReport({ action: 'forward', targets: verdict.admitted ? verdict.targets : [] });
        assert.equal(await report.open(use), guard.key);
        await report.sent({ accepted: ['B@example.com'] } as SentInfo);
        const again = await guard.judge(given);
        assert.deepEqual(again.admitted && again.targets.map(({ address }) => address), ['a@example.com']);
        new SendingReport({ targets: [] }).failed();
        await use.release();
    });

    it('is not asked for a message that was not composed', async () => {
        const asked: string[] = [];
        const use = {
            get: () => Promise.reject(new Error('asked')),
            release: () => Promise.resolve(void asked.push('x'))
        };
        for (const composed of [undefined, null, 'x', 7]) {
            const report = new SendingReport(composed);
            assert.equal(await report.open(use), null);
            await report.sent({ accepted: ['a@example.com'] } as SentInfo);
            report.failed();
        }
    });
});
