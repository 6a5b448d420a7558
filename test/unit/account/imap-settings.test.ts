import assert from 'node:assert/strict';
import { readImapSettings } from '../../../src/account/imap-settings';
import type { ImapAccountSettings } from '../../../src/account/imap-account';

function read(saved: object = {}): ImapAccountSettings {
    return readImapSettings({ host: 'imap.shop.example', ...saved }, { user: 'anna', password: 'secret' }, null);
}

describe('the settings of an IMAP account', () => {
    it('have port 993, all rights, five connections and no named folders by default', () => {
        const { server, rights, connections } = read();
        assert.deepEqual([server.port, server.security, server.folders], [993, 'tls', {}]);
        assert.deepEqual([...rights], ['read', 'flag', 'move', 'delete', 'append']);
        assert.equal(connections, 5);
    });

    it('know the own address: the one that is set, else the user name if it is one', () => {
        const credentials = (user: string): object => ({ user, password: 'secret' });
        const address = (saved: object, user: string): string | undefined =>
            readImapSettings({ host: 'h.example', ...saved }, { ...credentials(user) }, null).addresses?.[0];
        assert.equal(address({ address: 'anna@example.org' }, 'x@example.com'), 'anna@example.org');
        assert.equal(address({}, 'x@example.com'), 'x@example.com');
        assert.equal(address({}, 'anna'), undefined);
    });

    it('take port 143 without TLS from the first byte', () => {
        assert.equal(read({ security: 'starttls' }).server.port, 143);
    });

    it('keep the folders that are named', () => {
        const { folders } = read({ sent: 'Gesendet', trash: ' Papierkorb ', junk: '', archive: '2026' }).server;
        assert.deepEqual(folders, { sent: 'Gesendet', trash: 'Papierkorb', archive: '2026' });
    });

    it('read rights as a list, also from the environment', () => {
        assert.deepEqual([...read({ rights: ['flag'] }).rights], ['read', 'flag']);
        assert.deepEqual([...read({ rights: 'flag,move' }).rights], ['read', 'flag', 'move']);
    });

    it('allow nothing but reading when every right is taken away', () => {
        assert.deepEqual([...read({ rights: [] }).rights], ['read']);
    });

    it('read the number of connections from the environment', () => {
        assert.equal(read({ connections: '12' }).connections, 12);
    });

    for (const [saved, code] of [
        [{ connections: 0 }, 'INVALID_PROPERTY'],
        [{ connections: 51 }, 'INVALID_PROPERTY'],
        [{ connections: 2.5 }, 'INVALID_PROPERTY'],
        [{ rights: ['all'] }, 'INVALID_PROPERTY'],
        [{ trash: '${TRASH}' }, 'ENV_MISSING'],
        [{ host: '' }, 'NOT_CONFIGURED']
    ] as const) {
        it(`refuse ${JSON.stringify(saved)}`, () => assert.throws(() => read(saved), { code }));
    }
});
