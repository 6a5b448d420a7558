import assert from 'node:assert/strict';
import { readSubject } from '../../../src/automatic/subject';
import { SUBJECT_PHRASES } from '../../../src/automatic/subject-phrases';
import { pick, randomText, seeded } from '../../support/random-header';

describe('the start of a subject', () => {
    for (const { language, kind, open = false, everyday = false, phrases } of SUBJECT_PHRASES) {
        for (const phrase of phrases) {
            it(`"${phrase}" (${language}) means ${kind}`, () => {
                const sign = { kind, everyday, prefixed: false };
                for (const subject of [
                    `${phrase}: Our offer`,
                    phrase.toUpperCase(),
                    `${phrase} - x`,
                    `[A1] ${phrase}`
                ]) {
                    assert.deepEqual(readSubject(subject), sign, subject);
                }
                assert.deepEqual(readSubject(phrase.normalize('NFD')), sign);
                assert.deepEqual(readSubject(`Re: AW: ${phrase}: x`), { ...sign, prefixed: true });
                const behind = readSubject(`${phrase} xyz`);
                assert.ok(open ? behind?.kind === kind : behind === null, JSON.stringify(behind));
                assert.equal(readSubject(`x ${phrase}: y`), null);
            });
        }
    }

    it('writes every phrase once, in the form in which subjects are compared', () => {
        const all = SUBJECT_PHRASES.flatMap(({ phrases }) => phrases);
        assert.equal(new Set(all).size, all.length);
        assert.deepEqual(
            all.filter(phrase => phrase !== phrase.normalize('NFC').toLowerCase().trim()),
            []
        );
    });

    it('takes the longest phrase that fits', () => {
        assert.equal(readSubject('Delivery Status Notification (Failure)')?.kind, 'bounce');
        assert.equal(readSubject('Delivery Status Notification (Delay)')?.kind, 'delay');
        assert.equal(readSubject('Delivery Status Notification (Success)')?.kind, 'delivery-receipt');
    });

    it('knows reply marks with counters and other colons', () => {
        for (const mark of [
            'Re[2]:',
            'RE(3) :',
            'Re^4:',
            'AW：',
            'Fwd:',
            'WG: Re: Antw: SV: TR: RV: FW:',
            'Odp: 回复：R:'
        ]) {
            assert.equal(readSubject(`${mark} OOO: x`)?.prefixed, true, mark);
        }
    });

    it('looks into brackets and behind one tag', () => {
        assert.equal(readSubject('[Automatyczna odpowiedź ] test')?.kind, 'auto-reply');
        assert.equal(readSubject('【自動返信】Ticket')?.kind, 'auto-reply');
        assert.equal(readSubject('[External] Automatic reply: x')?.kind, 'auto-reply');
        assert.equal(readSubject('[a] [b] Automatic reply: x'), null);
    });

    it('is not taken in by compounds and by what people write', () => {
        for (const subject of [
            'Urlaub im Oktober?',
            'Urlaub-Anfrage',
            'Absence de documents',
            'Vacation rental inquiry'
        ]) {
            assert.equal(readSubject(subject), null, subject);
        }
    });

    it('never throws and finds what it finds in a bounded time, whatever the subject holds', () => {
        const random = seeded(20261126);
        const pieces = ['Re:', 'AW: ', '[', ']', ' ', '\u00a0', ':', 'Urlaub', 'Automatic reply', '(2)', '-', '\ud83d'];
        for (let round = 0; round < 5000; round++) {
            readSubject(randomText(random, pieces, 40));
            readSubject(pick(random, pieces).repeat(20));
        }
        const began = performance.now();
        for (const piece of pieces) {
            readSubject(piece.repeat(200_000));
        }
        assert.ok(performance.now() - began < 2000);
    });

    it('strips any number of reply marks of a random kind before a phrase', () => {
        const random = seeded(7);
        const marks = ['Re: ', 'RE:', 'Aw : ', 'antw:', 'Fwd: ', 'wg:', 'Re[12]: ', 'sv:'];
        for (let round = 0; round < 500; round++) {
            const before = Array.from({ length: 1 + Math.floor(random() * 8) }, () => pick(random, marks)).join('');
            assert.deepEqual(
                readSubject(`${before}Abwesenheitsnotiz Max`),
                { kind: 'auto-reply', everyday: false, prefixed: true },
                before
            );
        }
    });
});
