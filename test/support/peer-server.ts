import type { ImapServer } from '../../src/imap/connection';

/** How an account reaches a server of the tests, in clear text and with a login that each of them takes. */
export function serverAt({ host, port }: { host: string; port: number }): ImapServer {
    return {
        label: 'Shop mail',
        host,
        port,
        security: 'none',
        tls: {},
        login: { user: 'anna', password: 'secret' },
        folders: {}
    };
}
