import assert from 'node:assert/strict';
import { forwardSubject, replySubject } from '../../../src/compose/subject';
import { Seeded } from '../../support/seeded';

describe('the subject of an answer', () => {
    const cases: ReadonlyArray<[string, string]> = [
        ['Angebot', 'Re: Angebot'],
        ['Re: Angebot', 'Re: Angebot'],
        ['AW: Angebot', 'Re: Angebot'],
        ['AW: Re: AW: Angebot', 'Re: Angebot'],
        ['RE[2]: Re(3): Re^4: Re*5: Angebot', 'Re: Angebot'],
        ['Antw : SV:VS:Odp: YNT: Angebot', 'Re: Angebot'],
        ['R: Angebot', 'Re: Angebot'],
        ['Réf: RÉF: Vá: ΑΠ: Angebot', 'Re: Angebot'],
        ['Отв: 回复：答复: 返信: Angebot', 'Re: Angebot'],
        ['WG: Angebot', 'Re: WG: Angebot'],
        ['r: small letters are not a prefix', 'Re: r: small letters are not a prefix'],
        ['Rework: this', 'Re: Rework: this'],
        ['Reply: the word', 'Re: Reply: the word'],
        ['12:30 at the office?', 'Re: 12:30 at the office?'],
        ['Re:', 'Re:'],
        ['', 'Re:'],
        ['a\r\nBcc: eve@example.net', 'Re: a Bcc: eve@example.net']
    ];
    for (const [given, expected] of cases) {
        it(`of "${given}" is "${expected}"`, () => assert.equal(replySubject(given), expected));
    }
});

describe('the subject of a forward', () => {
    const cases: ReadonlyArray<[string, string]> = [
        ['Angebot', 'Fwd: Angebot'],
        ['Fwd: WG: Angebot', 'Fwd: Angebot'],
        ['Tr: RV: Enc: VB: Doorst: PD: I: 转发：Angebot', 'Fwd: Angebot'],
        ['Re: Fwd: Angebot', 'Fwd: Re: Fwd: Angebot'],
        ['FW: AW: Angebot', 'Fwd: AW: Angebot'],
        ['Forwarding: this', 'Fwd: Forwarding: this'],
        ['WG:', 'Fwd: (no subject)'],
        ['', 'Fwd: (no subject)']
    ];
    for (const [given, expected] of cases) {
        it(`of "${given}" is "${expected}"`, () => assert.equal(forwardSubject(given), expected));
    }
});

describe('a subject, whatever stood there before', () => {
    const random = new Seeded(20261126);
    const PIECES = [
        'Re: ',
        'AW:',
        'WG: ',
        'Fwd: ',
        're[7]: ',
        'SV : ',
        ':',
        '：',
        ' ',
        'R: ',
        'x',
        'Größe',
        '\r\n',
        '\u2028',
        '\t',
        '[',
        '(',
        '^9',
        '回复：',
        'I: ',
        '‮',
        'a'.repeat(300)
    ];
    const subjects = Array.from({ length: 3_000 }, () => random.list(12, () => random.pick(PIECES)).join(''));

    it('has one prefix, and the same one when it is answered again', () => {
        for (const subject of subjects) {
            const once = replySubject(subject);
            assert.match(once, /^Re:( |$)/);
            assert.doesNotMatch(once, /^Re: *(re|aw|sv)\s*[:：]/i, JSON.stringify(subject));
            assert.equal(replySubject(once), once, JSON.stringify(subject));
        }
    });

    it('does not grow when it is forwarded again and again', () => {
        for (const subject of subjects) {
            const once = forwardSubject(subject);
            assert.match(once, /^Fwd: ./);
            assert.equal(forwardSubject(once), once, JSON.stringify(subject));
        }
    });

    it('is one line of bounded length', () => {
        for (const subject of subjects) {
            for (const made of [replySubject(subject), forwardSubject(subject)]) {
                assert.doesNotMatch(made, /[\p{Cc}\u2028\u2029]/u);
                assert.ok(made.length < 998);
            }
        }
    });

    it('takes no longer than its length when it is nothing but prefixes', () => {
        const started = performance.now();
        assert.equal(replySubject('Re: '.repeat(20_000)), 'Re:');
        assert.ok(performance.now() - started < 2_000);
    });
});
