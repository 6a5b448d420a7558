import assert from 'node:assert/strict';
import { HandledMails } from '../../../src/compose/handled-mails';
import { LoopGuard, type Attempt, type Verdict } from '../../../src/compose/loop-guard';
import { newMark } from '../../../src/compose/marks';
import { RateCounters } from '../../../src/compose/rate-counters';
import { InstanceKey } from '../../../src/state/instance-key';
import { MemoryStore } from '../../support/memory-store';
import { original } from '../../support/originals';

const LIMITS = { maxPerSender: 20, perSenderMinutes: 120, maxPerTarget: 30, perTargetMinutes: 10 };

describe('the loop guard', () => {
    let store: MemoryStore;
    let guard: LoopGuard;
    let problems: unknown[];
    let now: number;

    beforeEach(async () => {
        store = new MemoryStore();
        problems = [];
        now = Date.parse('2026-11-26T08:00:00Z');
        guard = await load();
    });

    async function load(): Promise<LoopGuard> {
        const clock = (): number => now;
        const key = await InstanceKey.load(store);
        const handled = await HandledMails.load(store, 'handled', clock);
        const counters = await RateCounters.load(store, 'counters', clock);
        return new LoopGuard(key, handled, counters, error => problems.push(error));
    }

    async function attempt(changes: Partial<Attempt> = {}): Promise<Attempt> {
        return {
            node: 'n1',
            action: 'forward',
            original: await original(),
            targets: ['boss@example.com'],
            owns: address => address.toLowerCase() === 'anna@example.org',
            limits: LIMITS,
            ...changes
        };
    }

    function reasonOf(verdict: Verdict): string {
        return verdict.admitted ? 'admitted' : verdict.reason;
    }

    it('asks in the order of the steps: what comes first gives the reason', async () => {
        const own = newMark(guard.key);
        const received = Array<string>(31).fill('from a');
        const headers = { 'Content-Type': 'multipart/report; boundary=x' };
        const steps: Array<[string, Partial<Attempt>]> = [
            [
                'own-mark',
                {
                    original: await original({
                        from: 'anna@example.org',
                        headers: {
                            ...headers,
                            'X-Mailflow-Forward': own,
                            'X-Loop': 'anna@example.org',
                            Received: received
                        }
                    }),
                    targets: ['anna@example.org']
                }
            ],
            [
                'returned',
                {
                    original: await original({
                        headers: { ...headers, 'X-Loop': 'anna@example.org', Received: received }
                    }),
                    targets: ['anna@example.org']
                }
            ],
            [
                'own-address',
                {
                    original: await original({ headers: { ...headers, Received: received } }),
                    targets: ['anna@example.org']
                }
            ],
            [
                'author',
                {
                    original: await original({ headers: { ...headers, Received: received } }),
                    targets: ['ben@example.com']
                }
            ],
            ['hops', { original: await original({ headers: { ...headers, Received: received } }) }],
            ['automatic', { original: await original({ headers }), limits: { ...LIMITS, maxPerSender: 0 } }],
            ['sender-limit', { limits: { ...LIMITS, maxPerSender: 0, maxPerTarget: 0 } }],
            ['target-limit', { limits: { ...LIMITS, maxPerTarget: 0 } }]
        ];
        for (const [reason, changes] of steps) {
            assert.equal(reasonOf(await guard.judge(await attempt(changes))), reason);
        }
    });

    it('gives back a mail that it keeps back, so that the reason stays the same', async () => {
        const given = await attempt({ targets: ['anna@example.org'] });
        assert.equal(reasonOf(await guard.judge(given)), 'own-address');
        assert.equal(reasonOf(await guard.judge(given)), 'own-address');
    });

    it('knows a mail again by its identity and not by its Message-ID alone', async () => {
        const same = { messageId: '<always-the-same@form.example>' };
        const [one, two] = [
            await attempt({ original: await original({ ...same, subject: 'One' }) }),
            await attempt({ original: await original({ ...same, subject: 'Two' }) })
        ];
        const [first, second] = [await guard.judge(one), await guard.judge(two)];
        assert.deepEqual([reasonOf(first), reasonOf(second)], ['admitted', 'admitted']);
        await guard.confirm(first.admitted ? first.targets : []);
        assert.equal(reasonOf(await guard.judge(one)), 'already-handled');
    });

    it('knows a mail without Message-ID by its place', async () => {
        const ref = { account: 'a', folder: 'INBOX', uidValidity: '1', uid: 1 };
        const at = async (uid: number, id: string): Promise<Attempt> =>
            attempt({
                original: await original({ messageId: null }, { ref: { ...ref, uid }, delivery: { id, attempt: 1 } })
            });
        const first = await guard.judge(await at(1, 'a'));
        await guard.confirm(first.admitted ? first.targets : []);
        assert.equal(reasonOf(await guard.judge(await at(1, 'b'))), 'already-handled');
        assert.equal(reasonOf(await guard.judge(await at(2, 'c'))), 'admitted');
    });

    it('lets the same mail go to another target and through another node', async () => {
        const given = await attempt();
        for (const changes of [{}, { targets: ['deputy@example.com'] }, { node: 'n2' }]) {
            assert.equal(reasonOf(await guard.judge({ ...given, ...changes })), 'admitted');
        }
    });

    it('admits only those targets that do not have the mail', async () => {
        const mail = await original();
        const first = await guard.judge(await attempt({ original: mail }));
        await guard.confirm(first.admitted ? first.targets : []);
        const second = await guard.judge(
            await attempt({ original: mail, targets: ['Boss@example.com', 'deputy@example.com'] })
        );
        assert.deepEqual(second.admitted && second.targets.map(({ address }) => address), ['deputy@example.com']);
    });

    it('believes no token that it has not made', async () => {
        const given = await attempt();
        const first = await guard.judge(given);
        const [target] = first.admitted ? first.targets : [];
        const [name = ''] = target?.token.split('.') ?? [];
        guard.giveBack(first.admitted ? first.targets : []);
        const forged = [name, `${name}.`, `${name}.${'A'.repeat(24)}`, '', '.'].map(token => ({
            address: 'boss@example.com',
            token
        }));
        await guard.confirm(forged);
        assert.equal(reasonOf(await guard.judge(given)), 'admitted');
        assert.equal(store.values.has('handled'), false);
    });

    it('judges a mail that nobody sent by its counters alone', async () => {
        const given = await attempt({ action: 'new', original: null, limits: { ...LIMITS, maxPerTarget: 2 } });
        const verdicts = [await guard.judge(given), await guard.judge(given), await guard.judge(given)];
        assert.deepEqual(verdicts.map(reasonOf), ['admitted', 'admitted', 'target-limit']);
    });

    it('goes on with what it has in memory when nothing can be stored, and says so', async () => {
        store.failure = new Error('disk full');
        const given = await attempt();
        const verdict = await guard.judge(given);
        await guard.confirm(verdict.admitted ? verdict.targets : []);
        assert.equal(reasonOf(await guard.judge(given)), 'already-handled');
        assert.equal(problems.length, 2);
    });

    it('ends a loop of mails with fresh ids at the limit, also over restarts', async () => {
        let admitted = 0;
        for (let round = 0; round < 60; round++) {
            now += 1_000;
            guard = round % 7 === 0 ? await load() : guard;
            const verdict = await guard.judge(await attempt({ action: 'reply', targets: ['ben@example.com'] }));
            admitted += verdict.admitted ? 1 : 0;
        }
        assert.equal(admitted, 20);
    });
});
