import { setImmediate as nextTurn } from 'node:timers/promises';
import { startDovecot } from '../support/dovecot';
import { IntakeUnderTest } from '../support/intake-under-test';
import { startTampering, type ClientEnd, type Piece } from '../support/tampering-proxy';
import { numberedMails } from './numbered-mails';
import { countFinished, seededRandom, type SoakRow, type SoakSize } from './scenario';

const PATIENCE_MS = 600_000;
/** A silent server is noticed after this. */
const SOCKET_MS = 500;
/** How far a connection comes, in lines and literals, before something goes wrong on it. */
const PIECES = 150;

type Wrong = (piece: Piece, client: ClientEnd) => void | Promise<void>;

const half = ({ bytes }: Piece): Buffer => bytes.subarray(0, Math.ceil(bytes.length / 2));
/** What is told instead of a piece; the first ones are the most frequent in real life. */
const WRONGS: readonly Wrong[] = [
    (_piece, client) => (client.write('* BYE the server goes down\r\n'), client.end()),
    (_piece, client) => client.end(),
    (_piece, client) => client.reset(),
    (piece, client) => (client.write(half(piece)), client.end()),
    (piece, client) => (client.write(half(piece)), client.reset()),
    ({ bytes }, client) => (client.write('* BAD something\r\n* 1 FETCH ((((\r\n'), client.write(bytes)),
    ({ bytes }, client) => (client.write('* 1 FETCH (BODY[] {4294967296}\r\n'), client.write(bytes)),
    ({ bytes }, client) => (client.write(Buffer.from([42, 32, 0, 255, 13, 10])), client.write(bytes)),
    ({ bytes }, client) => (client.write('ZZZ9 OK who asked\r\n'), client.write(bytes)),
    ({ bytes }, client) => (client.write(`* OK ${'x'.repeat(1_000_000)}\r\n`), client.write(bytes)),
    async ({ bytes }, client) => {
        for (const byte of bytes) {
            client.write(Buffer.of(byte));
            await nextTurn();
        }
    },
    (piece, client) => (client.write(half(piece)), client.silence())
];

/** On each connection something goes wrong at a random line: nothing lost, nothing doubled, no exit. */
export async function hostileLines(size: SoakSize): Promise<SoakRow> {
    const begun = Date.now();
    const random = seededRandom(3);
    const dovecot = await startDovecot();
    let disturbances = 0;
    let connection = -1;
    let next = 0;
    const proxy = await startTampering(dovecot, (piece, client) => {
        if (piece.connection !== connection) {
            connection = piece.connection;
            next = Math.floor(random() * PIECES);
        }
        // a literal that is not the server's own would only be data of a mail
        if (piece.index < next || piece.isLiteral || disturbances >= size.disturbances) {
            return client.write(piece.bytes);
        }
        next = piece.index + 1 + Math.floor(random() * PIECES);
        const wrong = WRONGS[disturbances++ % WRONGS.length] as Wrong;
        return wrong(piece, client);
    });
    const finished: string[] = [];
    const intake = new IntakeUnderTest(proxy, { ack: 'flow' }, {}, { socketMs: SOCKET_MS });
    intake.flow = async message => {
        await nextTurn();
        finished.push(message.topic);
        return { kind: 'done' };
    };
    try {
        await dovecot.fill('anna', 'INBOX', numberedMails(1, size.mails));
        intake.start();
        await intake.until(() => new Set(finished).size === size.mails, 'all mails', PATIENCE_MS);
        await intake.restart();
        await intake.looks(1, PATIENCE_MS);
    } finally {
        await intake.stop();
        await proxy.stop();
        await dovecot.stop();
    }
    const unnamed = intake.failures.filter(({ message }) => !message.startsWith('test: ')).length;
    return {
        what: 'hostile lines',
        mails: size.mails,
        disturbances,
        ...countFinished(finished, size.mails),
        note: `${proxy.connections} connections; ${unnamed} failures without the account, ${intake.givenUp.length} given up`,
        seconds: (Date.now() - begun) / 1000
    };
}
