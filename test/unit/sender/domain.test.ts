import assert from 'node:assert/strict';
import { canonicalDomain } from '../../../src/sender/domain';
import { SenderProblem } from '../../../src/sender/problems';

function refused(text: string, problem: SenderProblem): void {
    assert.deepEqual(canonicalDomain(text), { ok: false, problem }, JSON.stringify(text));
}

describe('the canonical form of a domain', () => {
    it('is lower case for ASCII, without any mapping', () => {
        assert.deepEqual(canonicalDomain('Channel.EXAMPLE.com'), { ok: true, domain: 'channel.example.com' });
        // a URL parser would read these as 127.0.0.1 and aa.de
        assert.deepEqual(canonicalDomain('0x7f.1'), { ok: true, domain: '0x7f.1' });
        assert.deepEqual(canonicalDomain('a%41.de'), { ok: true, domain: 'a%41.de' });
    });

    it('is the A-label for international domains', () => {
        const domains = [
            ['müller-maschinen.de', 'xn--mller-maschinen-zvb.de'],
            ['MÜLLER-Maschinen.DE', 'xn--mller-maschinen-zvb.de'],
            ['XN--MLLER-MASCHINEN-ZVB.de', 'xn--mller-maschinen-zvb.de'],
            ['straße.example', 'xn--strae-oqa.example'],
            ['日本.example', 'xn--wgv71a.example']
        ] as const;
        for (const [text, domain] of domains) {
            assert.deepEqual(canonicalDomain(text), { ok: true, domain });
        }
    });

    it('leaves a look-alike what it is', () => {
        assert.deepEqual(canonicalDomain('channel.m\u0430chineseeker.com'), {
            ok: true,
            domain: 'channel.xn--mchineseeker-x9j.com'
        });
    });

    it('refuses what IDNA would map to another text', () => {
        const traps = [
            'channel\u3002machineseeker\u3002com',
            'channel\uff0emachineseeker\uff61com',
            'channel.machine\u00adseeker.com',
            'channel.machine\u200bseeker.com',
            'channel.machine\u2060seeker.com',
            '\ufeffchannel.machineseeker.com',
            '\uff43\uff48\uff41\uff4e\uff4e\uff45\uff4c.machineseeker.com',
            'of\ufb01ce.example.com',
            '\u212aanal.example.com',
            '\u2167.example.com',
            '\u1e9e.example.com',
            'mu\u0308ller.de',
            'm\u00fc%41.de',
            '\u00fc/x.example.com',
            '\u00fc?.example.com',
            '\u00fc#.example.com',
            '\u00fc@x.example.com',
            'm\u00fcller.xn--mller-kva.de',
            '\ufffd.example.com',
            '\u200d.example.com',
            '\ud800.example.com'
        ];
        for (const trap of traps) {
            refused(trap, SenderProblem.DomainNotCanonical);
        }
    });

    it('refuses empty labels, the trailing dot and labels that no name server holds', () => {
        for (const text of ['', '.', 'a..b', 'a.b.', '.a.b', `${'x'.repeat(64)}.de`]) {
            refused(text, SenderProblem.BadDomain);
        }
        assert.ok(canonicalDomain(`${'x'.repeat(63)}.de`).ok);
    });

    it('refuses more than 253 bytes, as written and as A-label', () => {
        const long = `${'a.'.repeat(125)}com`;
        assert.equal(long.length, 253);
        assert.ok(canonicalDomain(long).ok);
        refused(`a${long}`, SenderProblem.DomainTooLong);
        refused('ü'.repeat(127), SenderProblem.DomainTooLong);
        refused(`${'ü.'.repeat(60)}de`, SenderProblem.DomainTooLong);
    });
});
