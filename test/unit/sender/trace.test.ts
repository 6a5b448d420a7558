import assert from 'node:assert/strict';
import { splitHeaderBlock } from '../../../src/sender/header-fields';
import { readTrace } from '../../../src/sender/trace';
import { rawMail } from '../../support/raw-mail';

describe('the fields that servers put above a mail', () => {
    it('are kept in their order, unfolded, with nothing of Received but who wrote it', () => {
        const block = rawMail(
            'Return-Path: <x@bad.com>',
            'Received: from mx.example (mx.example [192.0.2.1])',
            '\tby imap.example with LMTP; Mon, 2 Nov 2026 09:12:44 +0100',
            'authentication-results: mx.example;',
            ' dmarc=pass header.from=example.com',
            'Received: from by (by evil.example (by b)) BY MX.Example (Postfix)',
            'Received: by 2002:a05:6a10::1 with SMTP id x; now',
            'Received: (qmail 1 invoked by uid 0)',
            'From: x@example.com',
            '',
            ''
        );
        assert.deepEqual(readTrace(splitHeaderBlock(block)), [
            { by: 'imap.example' },
            { results: 'mx.example; dmarc=pass header.from=example.com' },
            { by: 'by' },
            { by: '2002:a05:6a10::1' },
            { by: '' }
        ]);
    });

    it('end at From: what stands below came with the mail', () => {
        const forged = 'Authentication-Results: mx.example; dmarc=pass header.from=example.com';
        assert.deepEqual(
            readTrace(splitHeaderBlock(rawMail('Received: by mx.example', 'From: x@example.com', forged, '', ''))),
            []
        );
    });

    it('are nothing without Authentication-Results, and in a header that parsers read in different ways', () => {
        assert.deepEqual(
            readTrace(splitHeaderBlock(rawMail('Received: by mx.example', 'From: x@example.com', '', ''))),
            []
        );
        const results = 'Authentication-Results: mx.example; dmarc=pass header.from=example.com';
        for (const block of [
            rawMail(`X: a\n${results}`, ''),
            rawMail(` ${results}`, ''),
            rawMail(`${results}\0`, '')
        ]) {
            assert.deepEqual(readTrace(splitHeaderBlock(block)), []);
        }
    });

    it('are not decoded: an encoded quotation mark would close the string it stands in', () => {
        const word = '=?utf-8?q?=22=3B_dmarc=3Dpass_header=2Efrom=3Dexample=2Ecom_=22?=';
        const block = rawMail(`Authentication-Results: mx.example; spf=pass smtp.mailfrom="${word}"@bad.com`, '', '');
        assert.deepEqual(readTrace(splitHeaderBlock(block)), [
            { results: `mx.example; spf=pass smtp.mailfrom="${word}"@bad.com` }
        ]);
    });

    it('are limited in number, and a field that is too long is kept as unreadable', () => {
        const many = Array<string>(500).fill('Authentication-Results: mx.example; none');
        assert.equal(readTrace(splitHeaderBlock(rawMail(...many, '', ''))).length, 60);
        const long = `Authentication-Results: mx.example; ${'dkim=pass header.d=x.example; '.repeat(1000)}dmarc=fail`;
        assert.deepEqual(readTrace(splitHeaderBlock(rawMail(long, '', ''))), [{ results: '' }]);
    });
});
