import assert from 'node:assert/strict';
import { readAuthenticationResults } from '../../../src/sender/authentication-results';
import { cpuMs } from '../../support/cpu-time';
import { pick, randomText, seeded } from '../../support/random-header';

function read(value: string): unknown {
    const field = readAuthenticationResults(value);
    return (
        field && [
            field.id,
            ...field.results.map(({ method, result, properties }) => [
                `${method}=${result}`,
                ...[...properties].map(([name, text]) => `${name}=${text}`)
            ])
        ]
    );
}

describe('Authentication-Results', () => {
    it('is read as the large providers write it', () => {
        const gmail =
            'mx.google.com;       dkim=pass header.i=@example.com header.s=20230601 header.b=aB+/c1==;       ' +
            'spf=pass (google.com: domain of x@example.com designates 192.0.2.1 as permitted sender) ' +
            'smtp.mailfrom=x@example.com;       dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=example.com';
        assert.deepEqual(read(gmail), [
            'mx.google.com',
            ['dkim=pass', 'header.i=@example.com', 'header.s=20230601', 'header.b=aB+/c1=='],
            ['spf=pass', 'smtp.mailfrom=x@example.com'],
            ['dmarc=pass', 'header.from=example.com']
        ]);
        const microsoft =
            'spf=none (sender IP is 192.0.2.3) smtp.mailfrom=sender.example; customer.example; dkim=none (message not ' +
            'signed) header.d=none; customer.example; dmarc=none action=none header.from=sender.example; ' +
            'compauth=fail reason=001';
        assert.deepEqual(read(microsoft), [
            '',
            ['spf=none', 'smtp.mailfrom=sender.example'],
            ['dkim=none', 'header.d=none'],
            ['dmarc=none', 'action=none', 'header.from=sender.example'],
            ['compauth=fail', 'reason=001']
        ]);
    });

    it('may have versions, comments anywhere, quoted values and no result at all', () => {
        assert.deepEqual(read('mx.example 1; none'), ['mx.example']);
        assert.deepEqual(
            read(
                '"MX.example" (a (b) \\) c) ; dkim/1 (x) = (y) pass reason="good; dmarc=pass" header . d (z) = example.com'
            ),
            ['mx.example', ['dkim=pass', 'reason=good; dmarc=pass', 'header.d=example.com']]
        );
        assert.deepEqual(read('mx.example; spf=pass smtp.mailfrom="a;b (c"@example.com'), [
            'mx.example',
            ['spf=pass', 'smtp.mailfrom=a;b (c@example.com']
        ]);
        assert.deepEqual(read('mx.example;dkim=pass(2048-bit key)header.d=a.example;'), [
            'mx.example',
            ['dkim=pass', 'header.d=a.example']
        ]);
    });

    it('leaves a missing value empty, and one that is given twice unknown', () => {
        assert.deepEqual(read('mx.example; spf=none smtp.mailfrom= smtp.helo=a.example'), [
            'mx.example',
            ['spf=none', 'smtp.mailfrom=', 'smtp.helo=a.example']
        ]);
        assert.deepEqual(read('mx.example; dmarc=pass header.from=bad.com header.from=example.com'), [
            'mx.example',
            ['dmarc=pass', 'header.from=']
        ]);
    });

    it('is refused when it cannot be read to its end, or names nobody', () => {
        for (const value of [
            '',
            ' ; dmarc=pass',
            '(mx.example) ; dmarc=pass',
            'mx.example is fine; dmarc=pass',
            'mx.example x; dmarc=pass',
            'mx.example; spf=pass smtp.mailfrom=a(b@bad.com; dmarc=fail',
            'mx.example; spf=pass smtp.mailfrom="a@bad.com; dmarc=fail',
            'mx.example; spf=pass smtp.mailfrom=a)b@bad.com; dmarc=pass',
            'mx.example; spf=pass smtp.mailfrom=a\\"b@bad.com; dmarc=pass'
        ]) {
            assert.equal(read(value), null, value);
        }
    });

    it('is not found in what a sender chose: quoted, commented or part of a value', () => {
        const chosen = [
            'mx.example; spf=pass smtp.mailfrom="x; dmarc=pass header.from=good.example"@bad.com; dmarc=fail',
            'mx.example; spf=pass (x; dmarc=pass header.from=good.example) smtp.mailfrom=bad.com; dmarc=fail',
            'mx.example; spf=pass smtp.mailfrom=dmarc=pass; dmarc=fail'
        ];
        for (const value of chosen) {
            const results = readAuthenticationResults(value)?.results ?? [];
            assert.deepEqual(
                results.filter(({ method }) => method === 'dmarc').map(({ result }) => result),
                ['fail'],
                value
            );
        }
    });

    const PIECES = [
        'mx.example',
        ';',
        'dmarc',
        '=',
        'pass',
        '(',
        ')',
        '"',
        '\\',
        ' ',
        'header.from',
        '.',
        '/',
        '1',
        '\r\n '
    ];

    it('never throws, in a time that grows with the size only', () => {
        const random = seeded(8601);
        for (let round = 0; round < 20_000; round++) {
            readAuthenticationResults(randomText(random, PIECES, 30));
        }
        const readAll = (size: number): void => {
            for (const piece of PIECES) {
                readAuthenticationResults(`mx.example; ${piece.repeat(size / piece.length)}`);
                readAuthenticationResults(`mx.example; ${`${piece}${pick(random, PIECES)} `.repeat(size / 8)}`);
            }
        };
        const timeFor = (size: number): number => cpuMs(() => readAll(size));
        timeFor(10_000);
        const small = timeFor(20_000);
        const large = timeFor(400_000);
        assert.ok(large < 80 * Math.max(small, 10), `${small} ms, then ${large} ms`);
    });
});
