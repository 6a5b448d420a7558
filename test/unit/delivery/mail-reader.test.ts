import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { Readable } from 'node:stream';
import { MailReader, snapshot } from '../../../src/delivery/mail-reader';
import type { FetchedMail } from '../../../src/imap/content';
import { goneError, type OpenFolder } from '../../../src/imap/open-folder';
import { PartMismatch, type DetachedParts } from '../../../src/message/detached-part';
import { multipart } from '../../support/raw-mail';
import { createTempFolder, type TempFolder } from '../../support/temp-folder';

const WHOLE = multipart(
    'mixed',
    ['Content-Type: text/plain', '', 'hello'],
    ['Content-Type: application/pdf', '', 'file']
);
const PLAN = { content: 'text', attachments: 'none', maxBytes: 1e9 } as const;
const FOLDER = { path: 'INBOX', uidValidity: '1' } as OpenFolder;

function fetched(detached: DetachedParts): FetchedMail {
    const row = { seq: 1, uid: 7, size: WHOLE.length };
    const source = Buffer.from(WHOLE.toString().replace('file', ''));
    const mail = { uid: 7, row, oversize: false, header: Buffer.alloc(0), source, detached };
    return { ...mail, whole: () => Promise.resolve(WHOLE) };
}

async function* broken(): AsyncGenerator<Buffer> {
    yield await Promise.resolve(Buffer.from('fi'));
    throw new PartMismatch('too short');
}

describe('the reader of fetched mails', () => {
    let temp: TempFolder;
    let notices: string[];
    let reader: MailReader;
    beforeEach(() => {
        temp = createTempFolder('reader');
        notices = [];
        reader = new MailReader('a', { plan: { ...PLAN, attachments: 'file' }, attachmentsDir: temp.path }, text =>
            notices.push(text)
        );
    });
    afterEach(() => temp.remove());

    const cases: Array<[string, DetachedParts]> = [
        ['has other parts than the server says', new Map([['3', { size: 4 }]])],
        ['has a part of another size', new Map([['2', { open: broken }]])]
    ];
    for (const [what, detached] of cases) {
        it(`reads a mail whole that ${what}, says so once, and leaves no file of the first try`, async () => {
            for (let round = 0; round < 2; round++) {
                const { attachments, payload } = await reader.read(FOLDER, fetched(detached), 1);
                assert.deepEqual([payload, attachments[0]?.size, attachments.length], ['hello', 4, 1]);
            }
            assert.equal(readdirSync(temp.path).length, 2);
            assert.equal(notices.length, 1);
            assert.match(notices[0] ?? '', /UID 7 in "INBOX" was fetched whole/);
        });
    }

    it('passes every other failure on, and leaves no file', async () => {
        async function* cut(): AsyncGenerator<Buffer> {
            yield await Promise.resolve(Buffer.from('fi'));
            throw goneError('Office', 'INBOX', 7);
        }
        await assert.rejects(reader.read(FOLDER, fetched(new Map([['2', { open: cut }]])), 1), { code: 'MAIL_GONE' });
        assert.deepEqual([readdirSync(temp.path), notices], [[], []]);
    });
});

describe('a mail that is read before its turn', () => {
    const options = { plan: PLAN, attachmentsDir: '' };
    const plain = (): FetchedMail => {
        const { uid, row, oversize, header } = fetched(new Map());
        return { uid, row, oversize, header, source: WHOLE };
    };

    it('is the same then, as the try that it is by then', async () => {
        const reader = new MailReader('a', options, () => undefined);
        const [early, mail] = [plain(), plain()];
        assert.equal(reader.canReadAhead(early), true);
        await reader.readAhead(FOLDER, early);
        assert.equal(reader.canReadAhead(early), false);
        const [message, late] = [await reader.read(FOLDER, early, 3), await reader.read(FOLDER, mail, 3)];
        assert.notEqual(message.mail.delivery.id, late.mail.delivery.id);
        late.mail.delivery.id = message.mail.delivery.id;
        // a mail without a date has the time of its reading
        late.date = message.date;
        late.mail.date = message.mail.date;
        assert.deepEqual(message, late);
        assert.equal(message.mail.delivery.attempt, 3);
    });

    it('has an id of its own with each try', async () => {
        const reader = new MailReader('a', options, () => undefined);
        const mail = plain();
        await reader.readAhead(FOLDER, mail);
        const first = await reader.read(FOLDER, mail, 1);
        const second = await reader.read(FOLDER, mail, 2);
        assert.notEqual(first.mail.delivery.id, second.mail.delivery.id);
        assert.deepEqual([first.mail.delivery.attempt, second.mail.delivery.attempt], [1, 2]);
    });

    it('is none that takes the connection or the disk', async () => {
        const reader = new MailReader('a', options, () => undefined);
        const toDisk = new MailReader('a', { ...options, attachmentsDir: '/nowhere' }, () => undefined);
        assert.equal(reader.canReadAhead({ ...plain(), source: Readable.from([WHOLE]) }), false);
        assert.equal(reader.canReadAhead(fetched(new Map())), false);
        assert.equal(toDisk.canReadAhead(plain()), false);
    });
});

describe('a snapshot of a message', () => {
    it('is the message, and stays so whatever a flow does to that', async () => {
        const reader = new MailReader('a', { plan: PLAN, attachmentsDir: '' }, () => undefined);
        const message = await reader.read(FOLDER, { ...fetched(new Map()), source: WHOLE, detached: new Map() }, 1);
        message.mail.trace = [{ by: 'mx.example' }] as never;
        const kept = snapshot(message);
        assert.deepEqual(kept, message);
        message.mail.ref.uid = 999;
        message.mail.flags.push('\\Seen');
        message.mail.automatic = { verdict: 'human' } as never;
        Object.assign((message.mail.trace as object[])[0] as object, { by: 'changed' });
        message.attachments.pop();
        message.topic = 'changed';
        assert.deepEqual(
            [
                kept.mail.ref.uid,
                kept.mail.flags,
                kept.mail.automatic,
                kept.mail.trace,
                kept.attachments.length,
                kept.topic
            ],
            [7, [], {}, [{ by: 'mx.example' }], 1, '']
        );
    });
});
