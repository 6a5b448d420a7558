import assert from 'node:assert/strict';
import { benchAttachments } from '../../bench/attachments';
import { attachmentReport, textReport } from '../../bench/content-report';
import { benchImport, type ImportResult } from '../../bench/import';
import { benchLatency } from '../../bench/latency';
import { bytesRatio, report } from '../../bench/report';
import { benchText } from '../../bench/text';
import { startDovecot, type Dovecot } from '../support/dovecot';
import { requireServer } from '../support/require-server';

const progress = (): void => undefined;

/** The measurements in small. What they find is asserted where it is the same on every machine: mails and bytes. */
describe('the bench, with 500 mails and 10 deliveries', function () {
    // three runtimes start one after the other
    this.timeout(240_000);
    let dovecot: Dovecot;
    let imported: ImportResult;
    before(async function () {
        requireServer(this, 'dovecot');
        dovecot = await startDovecot({
            users: { anna: 'secret', ben: 'secret', cleo: 'secret', dora: 'secret' }
        });
        imported = await benchImport(dovecot, { mails: 500, repetitions: 1, progress });
    });
    after(() => dovecot?.stop());

    it('lets every contender import exactly the wanted mails', () => {
        const counts = Object.values(imported.figures).map(([run]) => [run?.delivered, run?.doubles]);
        assert.deepEqual(counts, [
            [5, 0],
            [5, 0],
            [5, 0]
        ]);
    });

    it('reads at most a fifth more bytes from the server than a bare script does', () => {
        assert.ok(bytesRatio(imported.figures) <= 1.2, `the ratio is ${bytesRatio(imported.figures)}`);
    });

    it('leaves every mail unread', async () => {
        const flags = await dovecot.flags('anna', 'INBOX');
        assert.deepEqual([flags.size, [...flags.values()].flat()], [500, []]);
    });

    it('delivers each new mail once to both listeners and writes all of it down', async () => {
        const latency = await benchLatency(dovecot, { deliveries: 10, progress });
        const counts = Object.values(latency).map(({ delivered, doubles }) => [delivered, doubles]);
        assert.deepEqual(counts, [
            [10, 0],
            [10, 0]
        ]);
        assert.match(report('a machine', imported, latency), /\| mails delivered twice +\| 0 /);
    });

    it('takes all mails as text, each once', async () => {
        const result = await benchText(dovecot, { mails: 100, repetitions: 1, progress });
        const counts = Object.values(result.figures).map(([run]) => [run?.delivered, run?.doubles]);
        assert.deepEqual(counts, [
            [100, 0],
            [100, 0]
        ]);
        assert.match(textReport(result), /\| mails, of these twice +\| 100, 0 +\| 100, 0 /);
    });

    it('writes every attachment to a file of the right content', async () => {
        const result = await benchAttachments(dovecot, { mails: 5, mailBytes: 1e6, progress });
        assert.deepEqual([result.delivered, result.doubles, result.rightFiles], [5, 0, 5]);
        assert.match(attachmentReport(result), /\| files with the right content +\| 5 /);
    });
});
