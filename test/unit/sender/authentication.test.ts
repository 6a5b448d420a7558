import assert from 'node:assert/strict';
import { type AuthenticationVerdict, judgeAuthentication, MICROSOFT_365 } from '../../../src/sender/authentication';
import { readFrom } from '../../../src/sender/from-header';
import { splitHeaderBlock } from '../../../src/sender/header-fields';
import { readTrace } from '../../../src/sender/trace';
import { randomText, seeded } from '../../support/random-header';
import { rawMail } from '../../support/raw-mail';

const FROM = 'From: Buyer <x@channel.example.com>';
const PASS = 'dmarc=pass header.from=channel.example.com';

/** Judges a header block as it arrives: fields line by line, From among them unless it is added. */
function judge(
    lines: readonly string[],
    ids: readonly string[] = ['mx.example'],
    marks = false
): AuthenticationVerdict {
    const withFrom = lines.some(line => /^from:/i.test(line)) ? lines : [...lines, FROM];
    const block = rawMail(...withFrom, '', '');
    const from = readFrom(block);
    return judgeAuthentication({
        trace: readTrace(splitHeaderBlock(block)),
        hasTenantMarks: marks,
        domain: from.ok ? from.mailbox.domain : null,
        authservIds: ids
    });
}

function resultOf(...results: string[]): string {
    const { result, method } = judge([`Authentication-Results: ${['mx.example', ...results].join('; ')}`]);
    return method ? `${result} by ${method}` : result;
}

describe('whether the own server vouches for the sender', () => {
    it('passes with dmarc=pass for the domain in From or one above it, and names who said so', () => {
        assert.deepEqual(judge([`Authentication-Results: MX.Example; spf=pass smtp.mailfrom=x; ${PASS}`]), {
            result: 'pass',
            method: 'dmarc',
            domain: 'channel.example.com',
            via: 'authentication-results:mx.example',
            reasons: ['spf=pass', PASS]
        });
        assert.equal(resultOf('dmarc=pass header.from=EXAMPLE.com'), 'pass by dmarc');
        assert.equal(resultOf('dmarc=pass header.from=x@channel.example.com'), 'pass by dmarc');
    });

    it('fails with dmarc=fail, whatever else is said', () => {
        assert.equal(
            resultOf('dmarc=fail header.from=channel.example.com', 'dkim=pass header.d=example.com'),
            'fail by dmarc'
        );
        assert.equal(resultOf(PASS, 'dmarc=fail header.from=channel.example.com'), 'fail by dmarc');
    });

    it('fails with dmarc=pass for another domain: then two programs read two senders', () => {
        for (const other of ['bad.com', 'x.channel.example.com', 'xexample.com', 'channel.example.com.bad.com']) {
            assert.equal(resultOf(`dmarc=pass header.from=${other}`), 'fail by dmarc', other);
        }
        assert.equal(resultOf(PASS, 'dmarc=pass header.from=bad.com'), 'fail by dmarc');
        assert.equal(resultOf('dmarc=pass header.from=com', 'dkim=pass header.d=channel.example.com'), 'fail by dmarc');
    });

    it('does not pass with a DMARC result that names no domain, or contradicts itself', () => {
        assert.equal(resultOf('dmarc=pass'), 'none');
        assert.equal(resultOf('dmarc=pass header.from=bad.com header.from=channel.example.com'), 'none');
        assert.equal(resultOf('dmarc=none', PASS), 'none');
        assert.equal(resultOf('dmarc=permerror', PASS), 'none');
    });

    it('takes an aligned DKIM signature where there is no DMARC result', () => {
        assert.equal(resultOf('dkim=pass header.d=channel.example.com'), 'pass by dkim');
        assert.equal(resultOf('dkim=fail header.d=a.example', 'dkim=pass header.d=example.com'), 'pass by dkim');
        assert.equal(resultOf('dkim=pass header.i=@channel.example.com'), 'pass by dkim');
        assert.equal(
            resultOf('dmarc=none header.from=channel.example.com', 'dkim=pass header.d=example.com'),
            'pass by dkim'
        );
        for (const other of [
            'header.d=bad.com',
            'header.d=sub.channel.example.com',
            'header.d=com',
            'header.s=x',
            ''
        ]) {
            assert.equal(resultOf(`dkim=pass ${other}`), 'none', other);
        }
        assert.equal(resultOf('dkim=pass header.d=bad.com header.i=@channel.example.com'), 'none');
        assert.equal(resultOf('dkim=fail header.d=channel.example.com'), 'none');
        assert.equal(resultOf('spf=pass smtp.mailfrom=channel.example.com'), 'none');
    });

    it('says that the server could not find out', () => {
        assert.equal(resultOf('dmarc=temperror header.from=channel.example.com'), 'temperror by dmarc');
        assert.equal(resultOf('dkim=temperror header.d=example.com'), 'temperror by dkim');
        assert.equal(resultOf('dkim=temperror header.d=bad.com'), 'none');
        assert.equal(resultOf('dmarc=temperror', 'dmarc=fail'), 'fail by dmarc');
    });

    it('is unknown, never passed, while no server is named or the named one says nothing', () => {
        const field = `Authentication-Results: mx.example; ${PASS}`;
        assert.equal(judge([field], []).result, 'unknown');
        assert.equal(judge([field], ['mx.other']).result, 'unknown');
        assert.equal(judge([field], ['example']).result, 'unknown');
        assert.equal(judge([]).result, 'unknown');
        assert.equal(judge(['Authentication-Results: mx.example; none']).result, 'none');
    });

    it('fails for a From that names nobody for certain', () => {
        for (const from of ['From: x@channel.example.com, y@bad.com', 'From: <x@bad.com> <x@channel.example.com>']) {
            assert.equal(judge([`Authentication-Results: mx.example; ${PASS}`, from]).result, 'fail');
        }
        const twice = [`Authentication-Results: mx.example; ${PASS}`, FROM, 'From: y@bad.com'];
        assert.equal(judge(twice).result, 'fail');
    });

    describe('against forged fields', () => {
        const forged = `Authentication-Results: mx.example; ${PASS}`;
        const own = 'Received: from bad.com (bad.com [192.0.2.66]) by mx.example (Postfix)';
        const foreign = 'Received: from laptop by smtp.bad.com with ESMTPA';

        it('ignores those below a Received field of a foreign server', () => {
            assert.equal(judge([own, foreign, forged]).result, 'unknown');
            assert.equal(judge([foreign, own, forged]).result, 'pass', 'the topmost Received is the own one');
            assert.equal(judge([own, 'Received: from x by 192.0.2.1', forged]).result, 'unknown');
        });

        it('ignores those below From', () => {
            assert.equal(judge([own, FROM, forged]).result, 'unknown');
        });

        it('lets the own field above win, in every order of the own lines', () => {
            const failed = 'Authentication-Results: mx.example; dmarc=fail header.from=channel.example.com';
            const silent = 'Authentication-Results: mx.example; spf=none';
            for (const lines of [
                [failed, own, forged],
                [own, failed, forged],
                [own, failed, own, forged],
                [failed, own, foreign, forged]
            ]) {
                assert.equal(judge(lines).result, 'fail', lines.join(' | '));
            }
            for (const lines of [
                [silent, own, forged],
                [own, silent, own, forged],
                [own, 'Authentication-Results: mx.example; dmarc=none', forged]
            ]) {
                assert.equal(judge(lines).result, 'none', lines.join(' | '));
            }
        });

        it('takes several fields of one server together, as two filters write them', () => {
            const dkim = 'Authentication-Results: mx.example; dkim=pass header.d=channel.example.com';
            assert.equal(judge([own, `Authentication-Results: mx.example; ${PASS}`, dkim]).method, 'dmarc');
            assert.equal(judge([dkim, 'Authentication-Results: mx.example; dmarc=fail', own]).result, 'fail');
        });

        it('lets a refusal count behind another own server, but no pass', () => {
            const failed = 'Authentication-Results: mx.example; dmarc=fail header.from=channel.example.com';
            assert.equal(judge([forged, own, failed]).result, 'fail');
        });

        it('puts nothing in the place of an own field that cannot be read', () => {
            const broken = 'Authentication-Results: mx.example; spf=fail smtp.mailfrom=a(b@bad.com; dmarc=fail';
            assert.equal(judge([broken, forged]).result, 'unknown');
            const long = `Authentication-Results: mx.example; ${'dkim=fail header.d=x.example; '.repeat(500)}`;
            assert.equal(judge([long, forged]).result, 'unknown');
        });

        it('reads another id as another server, however it is written', () => {
            for (const id of [
                'mx.example.bad.com',
                'bad.com (mx.example)',
                '"mx.example "',
                'xmx.example',
                'mx.example.'
            ]) {
                assert.equal(judge([`Authentication-Results: ${id}; ${PASS}`]).result, 'unknown', id);
            }
            assert.equal(judge([`X-Authentication-Results: mx.example; ${PASS}`]).result, 'unknown');
            assert.equal(judge([`Authentication-Results : bad.com; ${PASS}`]).result, 'unknown');
        });

        it('is not taken in by an envelope sender that holds results', () => {
            const senders = [
                '"x; dmarc=pass header.from=channel.example.com"@bad.com',
                "'(dmarc=pass header.from=channel.example.com)'@bad.com",
                '"=?utf-8?q?=22=3B_dmarc=3Dpass_header.from=3Dchannel.example.com?="@bad.com'
            ];
            for (const sender of senders) {
                const field = `Authentication-Results: mx.example; spf=pass smtp.mailfrom=${sender}; dmarc=none`;
                assert.equal(judge([field]).result, 'none', sender);
            }
            // a server that does not quote what it was given: two results contradict each other
            const unquoted = 'Authentication-Results: mx.example; spf=pass smtp.mailfrom=x;';
            assert.equal(judge([`${unquoted} ${PASS}; dmarc=fail header.from=channel.example.com`]).result, 'fail');
            assert.equal(judge([`${unquoted} ${PASS}; dmarc=none`]).result, 'none');
        });
    });

    describe('in the mode for Microsoft 365', () => {
        const ids = [MICROSOFT_365];
        const received = 'Received: from a.prod.outlook.com by b.prod.outlook.com with HTTPS';
        const border = 'Received: from mail.example.com by c.mail.protection.outlook.com';
        const field = (dmarc: string, rest = ''): string =>
            `Authentication-Results: spf=pass (sender IP is 192.0.2.3) smtp.mailfrom=example.com; customer.example; ` +
            `dkim=pass (signature was verified) header.d=bad.com;customer.example; ${dmarc}${rest}`;
        const pass = 'dmarc=pass action=none header.from=channel.example.com;';

        it('passes by the rule of DMARC, on a mail that came in through the tenant', () => {
            const verdict = judge([received, field(pass, 'compauth=pass reason=100'), border], ids, true);
            assert.deepEqual(
                [verdict.result, verdict.method, verdict.via],
                ['pass', 'dmarc', 'authentication-results:microsoft365']
            );
            assert.equal(
                judge([field('dmarc=bestguesspass header.from=channel.example.com')], ids, true).result,
                'none'
            );
            assert.equal(
                judge([field('dmarc=fail action=oreject header.from=channel.example.com')], ids, true).result,
                'fail'
            );
            assert.equal(judge([field('dmarc=pass header.from=bad.com')], ids, true).result, 'fail');
        });

        it('fails with compauth=fail', () => {
            const verdict = judge([field(pass, 'compauth=fail reason=001')], ids, true);
            assert.deepEqual([verdict.result, verdict.method], ['fail', 'compauth']);
        });

        it('takes the topmost field only, and none without the marks of the tenant', () => {
            assert.equal(judge([field(pass)], ids, false).result, 'unknown');
            assert.equal(judge([field(pass)], ['mx.example'], true).result, 'unknown');
            assert.equal(judge([`Authentication-Results: bad.com; none`, field(pass)], ids, true).result, 'unknown');
            assert.equal(judge([received, 'Received: by smtp.bad.com', field(pass)], ids, true).result, 'unknown');
        });
    });

    it('never throws and never passes by chance, whatever stands in the fields', () => {
        const random = seeded(7489);
        const pieces = [
            'mx.example',
            'bad.com',
            ';',
            ' ',
            'dmarc=',
            'dkim=',
            'pass',
            'fail',
            '(',
            ')',
            '"',
            'header.from=',
            'header.d='
        ];
        for (let round = 0; round < 5000; round++) {
            const { result } = judge([
                `Authentication-Results: ${randomText(random, pieces, 15).replace(/[^ -~]/g, '')}`,
                `Received: by ${randomText(random, pieces, 3).replace(/[^ -~]/g, '')}`
            ]);
            // the domain in From is not among the pieces
            assert.notEqual(result, 'pass');
        }
    });
});
