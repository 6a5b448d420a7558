import assert from 'node:assert/strict';
import type { ImapFlow } from 'imapflow';
import { ImapConnection } from '../../../src/imap/connection';
import { LiteralTap } from '../../../src/imap/literal-tap';
import { OpenFolder } from '../../../src/imap/open-folder';
import { startImapPeer, type ImapPeer, type PeerHandler } from '../../support/imap-peer';
import { serverAt } from '../../support/peer-server';

const BLOCK = 'From: a@example.com\r\n\r\n';

function row(uid: number, more = ''): string {
    return `* ${uid} FETCH (${more}UID ${uid} BODY[HEADER.FIELDS (FROM)] {${BLOCK.length}}\r\n${BLOCK})\r\n`;
}

describe('a peek at the From fields', () => {
    let peer: ImapPeer;
    let connection: ImapConnection;
    let folder: OpenFolder;
    /** UIDs that came through the parser. */
    let parsed: number[];

    const answer = (text: string): PeerHandler => {
        return (command, session) => {
            session.write(text);
            session.ok(command);
        };
    };

    async function answeredBy(handler: PeerHandler): Promise<void> {
        peer = await startImapPeer({ mailbox: { exists: 3, uidNext: 9 }, handlers: { 'UID FETCH': handler } });
        connection = await ImapConnection.open(serverAt(peer));
        folder = await OpenFolder.select(connection, 'INBOX', true);
        parsed = [];
        const fetch = connection.client.fetch.bind(connection.client);
        connection.client.fetch = async function* (...given: Parameters<ImapFlow['fetch']>) {
            for await (const one of fetch(...given)) {
                parsed.push(one.uid);
                yield one;
            }
        };
    }

    async function peek(): Promise<Array<[number, string]>> {
        const seen: Array<[number, string]> = [];
        await folder.peekFrom('1:*', (uid, block) => seen.push([uid, block.toString()]));
        return seen;
    }

    const BOTH = [
        [7, BLOCK],
        [8, BLOCK]
    ] as const;

    afterEach(async () => {
        await connection.close();
        await peer.stop();
    });

    it('goes past the parser', async () => {
        await answeredBy(answer(row(7) + row(8)));
        assert.deepEqual(await peek(), BOTH);
        assert.deepEqual(parsed, []);
    });

    it('takes rows from the parser that hold more than was asked for', async () => {
        await answeredBy(answer(row(7, 'FLAGS (\\Seen) ') + row(8)));
        assert.deepEqual((await peek()).sort(), BOTH);
        assert.deepEqual(parsed, [7]);
    });

    it('takes every row from the parser when the library keeps it elsewhere, and each once', async () => {
        await answeredBy(answer(row(7) + row(8)));
        const literals = connection.literals;
        Object.assign(connection, { literals: new LiteralTap({} as ImapFlow) });
        assert.deepEqual(await peek(), BOTH);
        assert.deepEqual(parsed, [7, 8]);
        Object.assign(connection, { literals });
        assert.deepEqual(await peek(), BOTH);
        assert.deepEqual(parsed, [7, 8]);
    });

    it('takes nothing more when it is over, however it ended', async () => {
        await answeredBy((command, session) => session.no(command, 'no'));
        await assert.rejects(peek(), { code: 'SERVER_REFUSED' });
        peer.handlers['FETCH'] = answer(row(7));
        assert.deepEqual(await folder.peekLatest(1, 'from'), [Buffer.from(BLOCK)]);
    });

    it('fails with who takes the rows, and ends nothing but the connection', async () => {
        await answeredBy(answer(row(7)));
        const failing = folder.peekFrom('1:*', () => {
            throw new Error('cannot take it');
        });
        await assert.rejects(failing, /cannot take it/);
    });

    it('fails when the connection is cut in the midst of a row', async () => {
        await answeredBy((_command, session) => {
            session.write(row(7) + row(8).slice(0, -5));
            setImmediate(() => session.reset());
        });
        await assert.rejects(peek(), { code: 'CONNECTION_LOST' });
    });
});
