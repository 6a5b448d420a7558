import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { ImapConnection, type ImapServer } from '../../src/imap/connection';
import { OpenFolder } from '../../src/imap/open-folder';
import { decodeBase64 } from '../../src/message/base64-decoder';
import { startDovecot, type Dovecot } from '../support/dovecot';
import { buildMail } from '../support/mail-builder';
import { requireServer } from '../support/require-server';
import { startProxy, type TcpProxy } from '../support/tcp-proxy';

const MB = 1024 * 1024;
/** Random, so that a byte in the wrong place shows, and empty, so that it can be compressed. */
const CONTENT = Buffer.concat([randomBytes(6 * MB), Buffer.alloc(6 * MB)]);
const PIECE = 4 * MB;
const COMPRESSION = 'protocol imap {\n  mail_plugins = zlib imap_zlib\n}\n';

describe('past the parser on Dovecot', () => {
    let dovecot: Dovecot;
    let proxy: TcpProxy;
    let connection: ImapConnection;

    before(function () {
        requireServer(this, 'dovecot');
    });

    afterEach(async () => {
        await connection.close();
        await proxy.stop();
        await dovecot.stop();
    });

    async function open(security: ImapServer['security'], extraConfig = ''): Promise<OpenFolder> {
        dovecot = await startDovecot({ extraConfig });
        await dovecot.fill('anna', 'INBOX', [
            buildMail({ text: 'hello', attachments: [{ filename: 'large.bin', content: CONTENT }] })
        ]);
        proxy = await startProxy({ host: dovecot.host, port: security === 'tls' ? dovecot.imapsPort : dovecot.port });
        connection = await ImapConnection.open({
            label: 'Office',
            host: proxy.host,
            port: proxy.port,
            security,
            tls: { ca: dovecot.certificate, servername: 'localhost' },
            login: { user: 'anna', password: 'secret' },
            folders: {}
        });
        return OpenFolder.select(connection, 'INBOX', true);
    }

    async function* pieces(folder: OpenFolder, past: boolean[]): AsyncGenerator<Buffer> {
        const want = connection.literals.want.bind(connection.literals);
        connection.literals.want = (section, start, maxLength) => {
            const literal = want(section, start, maxLength);
            literal.once('close', () => past.push(literal.hasCome));
            return literal;
        };
        for (let at = 0, size = PIECE; size === PIECE; at += PIECE) {
            size = 0;
            for await (const bytes of folder.piece(1, '2', at, PIECE)) {
                size += bytes.length;
                yield bytes;
            }
        }
    }

    for (const [what, security, extraConfig] of [
        ['in clear text', 'none', ''],
        ['over TLS', 'tls', ''],
        ['after STARTTLS', 'starttls', ''],
        ['over a compressed line', 'none', COMPRESSION]
    ] as const) {
        it(`pieces of a large attachment come byte for byte, ${what}`, async () => {
            const folder = await open(security, extraConfig);
            const past: boolean[] = [];
            const hash = createHash('sha256');
            for await (const bytes of decodeBase64(pieces(folder, past))) {
                hash.update(bytes);
            }
            assert.equal(hash.digest('hex'), createHash('sha256').update(CONTENT).digest('hex'));
            // 12 MB are 16.4 MB in base64
            assert.deepEqual(past, [true, true, true, true, true]);
            assert.equal(
                proxy.bytesFromServer < 12 * MB,
                extraConfig === COMPRESSION,
                `${proxy.bytesFromServer} bytes`
            );
        });

        it(`From fields come as whole rows, ${what}`, async () => {
            const folder = await open(security, extraConfig);
            const taken: number[] = [];
            const over = connection.literals.takeHeaders('from', uid => taken.push(uid));
            const parsed = await connection.client.fetchAll('1:*', { uid: true, headers: ['from'] }, { uid: true });
            over();
            assert.deepEqual([taken, parsed], [[1], []]);
            assert.equal(folder.exists, 1);
        });
    }
});
