import assert from 'node:assert/strict';
import { sameSite } from '../../../src/sender/same-site';

describe('two hosts of one organisation', () => {
    it('share the name that was registered', () => {
        assert.ok(sameSite('mx1.example.com', 'IMAP.example.com.'));
        assert.ok(sameSite('a.example.co.uk', 'example.co.uk'));
        assert.ok(!sameSite('a.example.co.uk', 'b.other.co.uk'));
        assert.ok(!sameSite('example.com', 'example.com.bad.com'));
        assert.ok(!sameSite('example.com', 'badexample.com'));
    });

    it('are never addresses in figures, single words or nothing', () => {
        for (const host of ['192.0.2.1', '[192.0.2.1]', '2001:db8::1', 'localhost', '', '.']) {
            assert.ok(!sameSite(host, host), host);
        }
    });
});
