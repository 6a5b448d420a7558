import assert from 'node:assert/strict';
import { automaticMails, type KnownMail, verdictOf } from '../../support/automatic-mails';

const BOUNCES = ['bounce', 'delay', 'delivery-receipt'];
const mails = automaticMails();

/** The titles of the mails for which the verdict is another one. */
async function misses(some: readonly KnownMail[], isRight: (mail: KnownMail) => Promise<boolean>): Promise<string[]> {
    const right = await Promise.all(some.map(isRight));
    return some.filter((_mail, index) => !right[index]).map(mail => `${mail.kind} | ${mail.name}`);
}

describe('the collection of automatic and human mail', () => {
    it('is large enough to say something, and every mail in it has a name of its own', () => {
        assert.ok(mails.length >= 120, String(mails.length));
        assert.equal(new Set(mails.map(mail => `${mail.kind} ${mail.name}`)).size, mails.length);
    });

    it('has at least 98 % of its bounces found and raises no alarm on human mail', async () => {
        const bounces = mails.filter(mail => BOUNCES.includes(mail.kind));
        const people = mails.filter(mail => mail.kind === 'human');
        const missed = await misses(bounces, async mail => BOUNCES.includes((await verdictOf(mail.raw)).kind));
        const alarms = await misses(people, async mail => !(await verdictOf(mail.raw)).automatic);
        const found = bounces.length - missed.length;
        const share = ((100 * found) / bounces.length).toFixed(1);
        console.log(`        bounces found: ${found} of ${bounces.length} (${share} %)`);
        console.log(`        false alarms: ${alarms.length} of ${people.length} human mails`);
        assert.ok(found / bounces.length >= 0.98, missed.join('; '));
        assert.deepEqual(alarms, []);
    });

    it('is judged by the header alone as safely: no alarm, and nearly as much found', async () => {
        const wrong = await misses(
            mails,
            async mail => (await verdictOf(mail.raw, 'headers')).automatic === (mail.kind !== 'human')
        );
        assert.deepEqual(wrong, ['report | DMARC beside a text', 'calendar-reply | Google, declined']);
    });

    for (const { kind, name, raw } of mails) {
        it(`${kind}: ${name}`, async () => {
            const verdict = await verdictOf(raw);
            assert.equal(verdict.kind, kind, JSON.stringify(verdict));
            assert.equal(verdict.automatic, kind !== 'human');
            assert.ok(kind === 'human' || verdict.reasons.length > 0);
        });
    }
});
