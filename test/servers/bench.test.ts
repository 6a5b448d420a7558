import assert from 'node:assert/strict';
import type { Section } from '../../bench/part';
import { USERS } from '../../bench/part';
import { accountsPart } from '../../bench/parts/accounts';
import { attachmentsPart } from '../../bench/parts/attachments';
import { decisionsPart } from '../../bench/parts/decisions';
import { hooksPart } from '../../bench/parts/hooks';
import { benchImport, bytesRatio, importSection, type ImportResult } from '../../bench/parts/import';
import { inquiriesPart } from '../../bench/parts/inquiries';
import { benchLatency, latencySection } from '../../bench/parts/latency';
import { restartPart } from '../../bench/parts/restart';
import { sendingPart } from '../../bench/parts/sending';
import { textPart } from '../../bench/parts/text';
import { startDovecot, type Dovecot } from '../support/dovecot';
import { requireServer } from '../support/require-server';

const progress = (): void => undefined;

/** The measurements in small. What they find is asserted where it is the same on every machine: mails and bytes. */
describe('the bench in its short form', function () {
    // some of its parts start three runtimes one after the other
    this.timeout(240_000);
    let dovecot: Dovecot;
    before(async function () {
        requireServer(this, 'dovecot');
        dovecot = await startDovecot({ users: Object.fromEntries(USERS.map(user => [user, 'secret'])) });
    });
    after(() => dovecot?.stop());

    const options = { short: true, progress, dovecot: async () => dovecot };

    function valueOf(section: Section, target: RegExp): number {
        const found = section.targets.filter(({ text }) => target.test(text));
        assert.equal(found.length, 1, `${target} among ${section.targets.map(({ text }) => text).join('; ')}`);
        return found[0]?.value ?? NaN;
    }

    describe('importing from 200 mails', () => {
        let imported: ImportResult;
        before(async () => {
            const peers = { default: 'carl', trigger: 'dora', search: 'dora' } as const;
            imported = await benchImport(dovecot, { mails: 200, repetitions: 1, user: 'anna', peers, progress });
        });

        it('lets every contender import exactly the wanted mails, once but for the peer with its defaults', () => {
            const { mailflow, floor, peers } = imported;
            const counts = [...mailflow, ...floor, peers.trigger, peers.search].map(run => [
                run?.delivered,
                run?.doubles
            ]);
            assert.deepEqual(
                counts,
                counts.map(() => [2, 0])
            );
            assert.equal(peers.default?.delivered, 2);
        });

        it('reads at most a fifth more bytes from the server than a bare script does', () => {
            assert.ok(bytesRatio(imported) <= 1.2, `the ratio is ${bytesRatio(imported)}`);
        });

        it('leaves every mail unread', async () => {
            const flags = await dovecot.flags('anna', 'INBOX');
            assert.deepEqual([flags.size, [...flags.values()].flat()], [200, []]);
        });

        it('names the settings of every set-up', () => {
            assert.match(importSection(imported).text, /mark as read.*[^]*on a trigger.*[^]*msg\.criteria/);
        });
    });

    it('delivers each new mail once to both listeners', async () => {
        const latency = await benchLatency(dovecot, { deliveries: 5, progress });
        const counts = Object.values(latency).map(({ delivered, doubles }) => [delivered, doubles]);
        assert.deepEqual(counts, [
            [5, 0],
            [5, 0]
        ]);
        assert.equal(valueOf(latencySection(latency), /twice/), 0);
    });

    it('restarts on a settled folder with few commands and bytes, and brings nothing back', async () => {
        const section = await restartPart(options);
        assert.equal(valueOf(section, /mails again/), 0);
        assert.ok(valueOf(section, /commands/) <= 10, section.text);
        assert.ok(valueOf(section, /from the server/) <= 8, section.text);
    });

    it('leaves no hook behind when nobody needs them', async () => {
        assert.equal(valueOf(await hooksPart(options), /left/), 0);
    });

    it('decides rightly about every header', async () => {
        assert.ok((await decisionsPart(options)).targets.length > 0);
    });

    it('sends every mail once over no more connections than allowed', async () => {
        assert.ok(valueOf(await sendingPart(options), /connections/) <= 2);
    });

    it('brings ten accounts into IDLE', async () => {
        assert.match((await accountsPart(options)).text, /\*\*10 accounts\*\*/);
    });

    it('takes all mails as text, each once', async () => {
        const section = await textPart(options);
        assert.equal(valueOf(section, /twice/), 0);
        assert.match(section.text, /\| mails, of these twice +\| 100, 0 +\| 100, 0 /);
    });

    it('writes every attachment to a file of the right content', async () => {
        const section = await attachmentsPart(options);
        assert.equal(valueOf(section, /twice/), 0);
        assert.match(section.text, /\| files with the right content +\| 5 /);
    });

    it('finds inquiries', async () => {
        assert.match((await inquiriesPart(options)).text, /100 mails .*\([1-9]\d* inquiries\)/);
    });
});
