import assert from 'node:assert/strict';
import { once } from 'node:events';
import { ImapFlow } from 'imapflow';
import { connect } from 'node:net';
import { PeerSession, startImapPeer, type ImapPeer, type PeerOptions } from '../../support/imap-peer';

describe('the scripted IMAP peer', () => {
    let peer: ImapPeer;
    let client: ImapFlow;

    async function start(options: PeerOptions = {}, greetingTimeout = 10_000): Promise<void> {
        peer = await startImapPeer(options);
        client = new ImapFlow({
            host: peer.host,
            port: peer.port,
            secure: false,
            doSTARTTLS: false,
            auth: { user: 'anna', pass: 'secret' },
            greetingTimeout,
            logger: false
        });
        client.on('error', () => undefined);
    }

    afterEach(async () => {
        client.close();
        await peer.stop();
    });

    it('lets a client log in, list, select, idle and log out', async () => {
        await start({ mailbox: { exists: 3, uidValidity: 77, uidNext: 9 } });
        await client.connect();
        const folders = await client.list();
        assert.deepEqual(
            folders.map(folder => [folder.path, folder.specialUse]),
            [
                ['INBOX', '\\Inbox'],
                ['Sent', '\\Sent'],
                ['Trash', '\\Trash']
            ]
        );
        const mailbox = await client.mailboxOpen('INBOX');
        assert.deepEqual([mailbox.exists, mailbox.uidValidity, mailbox.uidNext], [3, 77n, 9]);
        const idle = client.idle();
        await peer.waitForCommand('IDLE');
        const announced = once(client, 'exists');
        peer.broadcast('* 4 EXISTS\r\n');
        await announced;
        await client.noop();
        await idle;
        await client.logout();
        await peer.waitForOpenSessions(0);
    });

    it('answers a command as the test says, with literals', async () => {
        await start({
            mailbox: { exists: 1, uidNext: 2 },
            handlers: {
                'UID FETCH': (command, session) => {
                    session.write('* 1 FETCH (UID 1 BODY[] ');
                    session.write(PeerSession.literal('Subject: x\r\n\r\n'));
                    session.write(')\r\n');
                    session.ok(command);
                }
            }
        });
        await client.connect();
        await client.mailboxOpen('INBOX');
        const mail = await client.fetchOne('1', { source: true }, { uid: true });
        assert.equal(mail && mail.source?.toString(), 'Subject: x\r\n\r\n');
    });

    it('can refuse once and then answer by default', async () => {
        let refusals = 0;
        await start({
            handlers: {
                SELECT: (command, session, fallback) =>
                    refusals++ === 0 ? session.no(command, '[UNAVAILABLE] later') : fallback()
            }
        });
        await client.connect();
        await assert.rejects(client.mailboxOpen('INBOX'));
        assert.equal((await client.mailboxOpen('INBOX')).path, 'INBOX');
    });

    it('takes literals from the client', async () => {
        await start({ mailbox: { exists: 0 } });
        await client.connect();
        await client.append('Sent', Buffer.from('Subject: y\r\n\r\nbody\r\n'));
        const command = await peer.waitForCommand('APPEND');
        assert.equal(command.literals.at(-1)?.toString(), 'Subject: y\r\n\r\nbody\r\n');
    });

    it('can say nothing at all', async () => {
        await start({ greeting: null }, 100);
        await assert.rejects(client.connect(), { code: 'GREETING_TIMEOUT' });
    });

    for (const act of ['bye', 'end', 'reset'] as const) {
        it(`can hang up: ${act}`, async () => {
            await start({ handlers: { NOOP: (_command, session) => session[act]('going down') } });
            await client.connect();
            const closed = new Promise(resolve => client.once('close', resolve));
            await Promise.allSettled([client.noop()]);
            await closed;
        });
    }

    it('can fall silent and stay connected', async () => {
        await start({ handlers: { NOOP: (_command, session) => session.silence() } });
        await client.connect();
        const noops = Promise.allSettled([client.noop(), client.noop()]);
        await peer.waitForCommand('NOOP');
        assert.equal(peer.openSessions.length, 1);
        client.close();
        await noops;
        await peer.waitForOpenSessions(0);
    });

    it('can send more than anybody wants, until the client hangs up', async () => {
        await start();
        const socket = connect(peer.port, peer.host);
        await once(socket, 'data');
        const flooded = peer.sessions[0]?.flood(1e12);
        let received = 0;
        while (received < 1_000_000) {
            const [data] = (await once(socket, 'data')) as [Buffer];
            received += data.length;
        }
        socket.destroy();
        await flooded;
    });

    it('tells the client when a handler of the test throws', async () => {
        await start({
            handlers: {
                CAPABILITY: () => {
                    throw new Error('oops');
                }
            }
        });
        const socket = connect(peer.port, peer.host);
        await once(socket, 'data');
        socket.write('a CAPABILITY\r\n');
        const [answer] = (await once(socket, 'data')) as [Buffer];
        socket.destroy();
        assert.match(answer.toString(), /^a BAD the test's handler threw Error: oops/);
    });
});
