import assert from 'node:assert/strict';
import { readAutoconfig } from '../../../src/account/autoconfig';

const ADDRESS = 'anna@shop.example';

function config(servers: string): string {
    return `<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="shop.example">${servers}</emailProvider></clientConfig>`;
}

function server(
    kind: string,
    parts: Partial<Record<'type' | 'host' | 'port' | 'socket' | 'user', string>> = {}
): string {
    const { type = 'imap', host = 'mail.shop.example', port = '993', socket = 'SSL', user = '%EMAILADDRESS%' } = parts;
    return `<${kind} type="${type}"><hostname>${host}</hostname><port>${port}</port><socketType>${socket}</socketType><username>${user}</username></${kind}>`;
}

describe('readAutoconfig', () => {
    it('reads the first server of each kind that is encrypted', () => {
        const xml = config(
            server('incomingServer', { type: 'pop3', port: '995' }) +
                server('incomingServer', { socket: 'plain', port: '143' }) +
                server('incomingServer', { socket: 'STARTTLS', port: '143', user: '%EMAILLOCALPART%' }) +
                server('incomingServer') +
                server('outgoingServer', { type: 'smtp', host: 'smtp.shop.example', port: '465' })
        );
        assert.deepEqual(readAutoconfig(xml, ADDRESS), {
            imap: { host: 'mail.shop.example', port: 143, security: 'starttls', user: 'anna' },
            smtp: { host: 'smtp.shop.example', port: 465, security: 'tls', user: ADDRESS }
        });
    });

    it('leaves out servers whose host or port is nonsense', () => {
        for (const parts of [
            { host: '127.0.0.1' },
            { host: 'localhost' },
            { host: 'a b.example' },
            { host: 'evil.example/../x' },
            { host: '' },
            { port: '0' },
            { port: '99999' },
            { port: '12x' }
        ]) {
            assert.equal(readAutoconfig(config(server('incomingServer', parts)), ADDRESS).imap, null);
        }
    });

    it('takes the address as the user name where the file asks for something else', () => {
        const xml = config(server('incomingServer', { user: '%WHATEVER%' }));
        assert.equal(readAutoconfig(xml, ADDRESS).imap?.user, ADDRESS);
    });

    it('refuses entities, whatever they are for', () => {
        const bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>';
        assert.throws(() => readAutoconfig(bomb + config(server('incomingServer', { host: '&b;' })), ADDRESS));
        const outside = '<!doctype x [<!ENTITY a SYSTEM "file:///etc/passwd">]>';
        assert.throws(() => readAutoconfig(outside + config(''), ADDRESS));
    });

    it('replaces no entities', () => {
        const xml = config(server('incomingServer', { host: 'mail&#46;shop.example' }));
        assert.equal(readAutoconfig(xml, ADDRESS).imap, null);
    });

    it('refuses what is no configuration', () => {
        for (const text of ['', 'hello', '<html><body>Not found</body></html>', '<clientConfig/>', '{"a": 1}']) {
            assert.throws(() => readAutoconfig(text, ADDRESS), Error, text);
        }
    });

    it('is not troubled by depth, number or strange names', () => {
        const many = config(server('incomingServer', { socket: 'plain' }).repeat(500));
        assert.equal(readAutoconfig(many, ADDRESS).imap, null);
        const odd = config(
            '<__proto__><polluted>1</polluted></__proto__><constructor>1</constructor>' + server('incomingServer')
        );
        try {
            assert.equal(readAutoconfig(odd, ADDRESS).imap?.port, 993);
        } catch (error) {
            assert.ok(error instanceof Error);
        }
        assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
        const deep = '<a>'.repeat(20_000);
        assert.throws(() => readAutoconfig(deep, ADDRESS));
    });
});
