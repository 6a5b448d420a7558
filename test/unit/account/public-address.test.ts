import assert from 'node:assert/strict';
import { isPublicAddress } from '../../../src/account/public-address';

describe('isPublicAddress', () => {
    it('knows addresses of the internet', () => {
        for (const address of ['8.8.8.8', '212.227.17.170', '172.32.0.1', '2a00:1450:4001:80b::200e', '2606:4700::1']) {
            assert.equal(isPublicAddress(address), true, address);
        }
    });

    it('refuses loopback, private, link-local, shared, multicast and reserved ones', () => {
        for (const address of [
            '127.0.0.1',
            '127.255.0.9',
            '0.0.0.0',
            '10.1.2.3',
            '172.16.0.1',
            '172.31.255.255',
            '192.168.1.1',
            '169.254.169.254',
            '100.64.0.1',
            '198.18.0.1',
            '192.0.2.1',
            '224.0.0.1',
            '255.255.255.255',
            '::',
            '::1',
            'fe80::1',
            'fe80::1%eth0',
            'fd00::1',
            'ff02::1',
            '2001:db8::1'
        ]) {
            assert.equal(isPublicAddress(address), false, address);
        }
    });

    it('refuses IPv4 addresses in the clothes of IPv6', () => {
        for (const address of [
            '::ffff:127.0.0.1',
            '::ffff:8.8.8.8',
            '::127.0.0.1',
            '64:ff9b::7f00:1',
            '2002:7f00:1::'
        ]) {
            assert.equal(isPublicAddress(address), false, address);
        }
    });

    it('refuses what is no address', () => {
        for (const text of ['', 'localhost', '1', '0x7f000001', '127.1', '1.2.3.4.5']) {
            assert.equal(isPublicAddress(text), false, text);
        }
    });
});
