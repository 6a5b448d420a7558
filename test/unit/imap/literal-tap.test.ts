import assert from 'node:assert/strict';
import type { ImapFlow } from 'imapflow';
import { setTimeout as sleep } from 'node:timers/promises';
import { ImapConnection } from '../../../src/imap/connection';
import { LiteralTap } from '../../../src/imap/literal-tap';
import { OpenFolder } from '../../../src/imap/open-folder';
import { PeerSession, startImapPeer, type ImapPeer, type PeerHandler } from '../../support/imap-peer';
import { serverAt } from '../../support/peer-server';

const MB = 1024 * 1024;
/** More than the limit for what comes with an answer, and more than the kernel holds between two sockets. */
const LARGE = 17 * MB;

describe('a piece of a part', () => {
    let peer: ImapPeer;
    let connection: ImapConnection;
    let folder: OpenFolder;

    afterEach(async () => {
        await connection.close();
        await peer.stop();
    });

    /** Every question for mail is answered so. */
    async function answeredBy(fetch: PeerHandler): Promise<void> {
        peer = await startImapPeer({ mailbox: { exists: 1, uidNext: 8 }, handlers: { 'UID FETCH': fetch } });
        connection = await ImapConnection.open(serverAt(peer));
        folder = await OpenFolder.select(connection, 'INBOX', true);
    }

    /** Answers with each of these in turn, put behind `UID 7`. */
    function answer(...pieces: Array<string | Buffer>): PeerHandler {
        return (command, session) => {
            for (const piece of pieces) {
                session.write(Buffer.concat([Buffer.from('* 1 FETCH (UID 7 '), Buffer.from(piece), CLOSED]));
            }
            session.ok(command);
        };
    }

    async function read(length = LARGE): Promise<string> {
        const chunks: Buffer[] = [];
        for await (const chunk of folder.piece(7, '2', 0, length)) {
            chunks.push(chunk);
        }
        return Buffer.concat(chunks).toString();
    }

    const CLOSED = Buffer.from(')\r\n');
    const literal = (text: string): Buffer => Buffer.concat([Buffer.from('BODY[2]<0> '), PeerSession.literal(text)]);

    async function assertUsable(): Promise<void> {
        peer.handlers['UID FETCH'] = answer(literal('afterwards'));
        assert.equal(await read(), 'afterwards');
    }

    /** Answers with a large piece, no faster than it is taken; `sent` is when all of it has left. */
    function flood(): { handler: PeerHandler; sent: Promise<void> } {
        let done: () => void = () => undefined;
        const sent = new Promise<void>(resolve => (done = resolve));
        const handler: PeerHandler = async (command, session) => {
            session.write(`* 1 FETCH (UID 7 BODY[2]<0> {${LARGE}}\r\n`);
            await session.flood(LARGE);
            done();
            session.write(CLOSED);
            session.ok(command);
        };
        return { handler, sent };
    }

    it('is read past the parser, which would refuse so much', async () => {
        const { handler } = flood();
        await answeredBy(handler);
        let bytes = 0;
        for await (const chunk of folder.piece(7, '2', 0, LARGE)) {
            assert.ok(chunk.length <= 64 * 1024);
            bytes += chunk.length;
        }
        assert.equal(bytes, LARGE);
        await assertUsable();
    });

    it('is sent no faster than it is read', async () => {
        const { handler, sent } = flood();
        await answeredBy(handler);
        const piece = folder.piece(7, '2', 0, LARGE);
        await piece.next();
        assert.equal(await Promise.race([sent.then(() => 'all'), sleep(300, 'held back')]), 'held back');
        for await (const chunk of piece) {
            assert.ok(chunk.length > 0);
        }
        await sent;
    });

    it('leaves the connection usable when its reader gives up', async () => {
        const { handler } = flood();
        await answeredBy(handler);
        for await (const chunk of folder.piece(7, '2', 0, LARGE)) {
            assert.ok(chunk.length > 0);
            break;
        }
        await assertUsable();
    });

    it('leaves the connection usable when its reader never begins', async () => {
        await answeredBy(answer(literal('x')));
        await folder.piece(7, '2', 0, LARGE).return(undefined);
        await assertUsable();
    });

    for (const [what, given, content] of [
        ['a literal', literal('text'), 'text'],
        ['a literal of another origin', Buffer.concat([Buffer.from('BODY[2] '), PeerSession.literal('text')]), 'text'],
        ['a quoted string', 'BODY[2]<0> "text"', 'text'],
        ['an empty literal', literal(''), ''],
        ['NIL', 'BODY[2]<0> NIL', '']
    ] as const) {
        it(`is taken from ${what}`, async () => {
            await answeredBy(answer('FLAGS (\\Seen)', given));
            assert.equal(await read(), content);
        });
    }

    it('comes with the answer when the library keeps its parser elsewhere', async () => {
        await answeredBy(answer(literal('text')));
        Object.assign(connection, { literals: new LiteralTap({} as ImapFlow) });
        assert.equal(await read(), 'text');
        // the first tap is still there, and passes on what nobody wants from it
        assert.equal(await read(), 'text');
    });

    it('comes after a server that was busy', async () => {
        let isFirst = true;
        await answeredBy((command, session, fallback) => {
            if (!isFirst) {
                return answer(literal('text'))(command, session, fallback);
            }
            isFirst = false;
            session.no(command, '[INUSE] one moment');
        });
        assert.equal(await read(), 'text');
    });

    for (const [what, handler, failure] of [
        ['is given twice', answer(literal('text'), literal('text')), { code: 'UNREADABLE' }],
        ['is not there', answer(), { code: 'MAIL_GONE' }],
        ['is refused', (command, session) => session.no(command, 'no'), { code: 'SERVER_REFUSED' }]
    ] as ReadonlyArray<[string, PeerHandler, object]>) {
        it(`fails when it ${what}`, async () => {
            await answeredBy(handler);
            await assert.rejects(read(16), failure);
            await assertUsable();
        });
    }

    for (const [what, end] of [
        ['ended', (session: PeerSession) => session.end()],
        ['cut', (session: PeerSession) => session.reset()]
    ] as const) {
        it(`fails when the connection is ${what} in its midst`, async () => {
            await answeredBy((_command, session) => {
                session.write('* 1 FETCH (UID 7 BODY[2]<0> {10}\r\n12345');
                setImmediate(() => end(session));
            });
            await assert.rejects(read(16), { code: 'CONNECTION_LOST' });
        });
    }
});
