import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ImapAccount } from '../../src/account/imap-account';
import { readImapSettings } from '../../src/account/imap-settings';
import { MailReader } from '../../src/delivery/mail-reader';
import { fetchContent, needsStructure } from '../../src/imap/content';
import type { OpenFolder } from '../../src/imap/open-folder';
import { readMail } from '../../src/message/read-mail';
import type { AttachmentMode, MailMessage } from '../../src/message/types';
import { IRREGULAR, REGULAR } from '../support/content-mails';
import { startDovecot, type Dovecot } from '../support/dovecot';
import { randomMail } from '../support/random-mail';
import { mailMeta } from '../support/raw-mail';
import { requireServer } from '../support/require-server';
import { createTempFolder, type TempFolder } from '../support/temp-folder';

const PLAN = { content: 'text', maxBytes: 25 * 1024 * 1024 } as const;
const RANDOM_MAILS = 150;

/** All but the id of the delivery, and in place of a file what lies in it. */
function comparable(message: MailMessage): unknown {
    const attachments = message.attachments.map(({ path, content, ...rest }) => {
        const bytes = path === undefined ? content : readFileSync(path);
        return { ...rest, sum: bytes && createHash('sha256').update(bytes).digest('hex') };
    });
    return { ...message, attachments, mail: { ...message.mail, delivery: null }, header: { ...message.header } };
}

interface ReadInParts {
    message: MailMessage;
    /** Why the mail was fetched whole all the same. */
    notices: string[];
    /** Attachments were left on the server until their content was wanted. */
    isByParts: boolean;
}

/** What a machine reports is read like text, so nothing of these mails would stay on the server. */
const ALL_TEXT = ['a delivery report', 'a calendar entry among the alternatives'];

describe('content by parts on Dovecot', function () {
    this.timeout(120_000);
    let dovecot: Dovecot;
    let account: ImapAccount;
    let temp: TempFolder;
    const fixtures = { ...REGULAR, ...IRREGULAR };

    before(async function () {
        requireServer(this, 'dovecot');
        temp = createTempFolder('content');
        dovecot = await startDovecot();
        const random = Array.from({ length: RANDOM_MAILS }, (_unused, seed) => randomMail(seed));
        await dovecot.fill('anna', 'INBOX', [...Object.values(fixtures), ...random]);
        const saved = { name: 'test', host: dovecot.host, port: dovecot.port, security: 'none' };
        account = new ImapAccount('a', readImapSettings(saved, { user: 'anna', password: 'secret' }, null));
    });
    after(async () => {
        await account?.close();
        await dovecot?.stop();
        temp?.remove();
    });

    const inFolder = <T>(work: (folder: OpenFolder) => Promise<T>): Promise<T> =>
        account.run({ folder: 'INBOX', readOnly: true }, work);

    async function readByParts(folder: OpenFolder, uid: number, attachments: AttachmentMode): Promise<ReadInParts> {
        const plan = { ...PLAN, attachments };
        const notices: string[] = [];
        const options = { plan, attachmentsDir: temp.path };
        const reader = new MailReader('a', options, notice => notices.push(notice));
        const rows = await folder.meta([uid], needsStructure(plan));
        for await (const mail of fetchContent(folder, rows, plan)) {
            const message = await reader.read(folder, mail, 1);
            return { message, notices, isByParts: mail.detached !== undefined && notices.length === 0 };
        }
        throw new Error(`the mail with UID ${uid} was not fetched`);
    }

    async function readWhole(folder: OpenFolder, uid: number, attachments: AttachmentMode): Promise<MailMessage> {
        const source = (await folder.sources([uid])).get(uid) as Buffer;
        const [row] = (await folder.meta([uid])).values();
        const meta = mailMeta({
            ref: { account: 'a', folder: 'INBOX', uidValidity: folder.uidValidity, uid },
            size: row?.size ?? 0,
            flags: [],
            receivedAt: row?.internalDate as Date
        });
        return readMail(source, meta, { content: 'text', attachments, attachmentsDir: temp.path, oversize: false });
    }

    for (const [index, name] of Object.keys(fixtures).entries()) {
        it(`gives the message of the whole mail: ${name}`, () =>
            inFolder(async folder => {
                for (const mode of ['none', 'buffer', 'file'] as const) {
                    const { message, isByParts, notices } = await readByParts(folder, index + 1, mode);
                    assert.deepEqual(comparable(message), comparable(await readWhole(folder, index + 1, mode)), mode);
                    if (mode === 'none' && name in REGULAR && !ALL_TEXT.includes(name)) {
                        assert.ok(isByParts, notices.join() || 'fetched whole');
                    }
                }
            }));
    }

    it('knows from a bounce what was lost and why, and leaves the lost mail on the server', () =>
        inFolder(async folder => {
            const uid = Object.keys(fixtures).indexOf('a bounce with the lost mail and its file') + 1;
            const { message, isByParts } = await readByParts(folder, uid, 'none');
            assert.ok(isByParts);
            assert.equal(message.mail.report?.originalMessageId, '<lost@example.com>');
            assert.match(message.mail.report?.parts[0]?.text ?? '', /Action: failed\s+Status: 5\.1\.1/);
        }));

    it(`gives the messages of the whole mails, for ${RANDOM_MAILS} mails of random parts`, () =>
        inFolder(async folder => {
            const counts = { none: 0, file: 0 };
            for (let seed = 0; seed < RANDOM_MAILS; seed++) {
                const uid = Object.keys(fixtures).length + seed + 1;
                for (const mode of ['none', 'file'] as const) {
                    const { message, isByParts } = await readByParts(folder, uid, mode);
                    const wanted = comparable(await readWhole(folder, uid, mode));
                    assert.deepEqual(comparable(message), wanted, `random mail ${seed}, ${mode}`);
                    counts[mode] += isByParts ? 1 : 0;
                }
            }
            // else the test would prove nothing
            assert.ok(counts.none > RANDOM_MAILS / 4 && counts.file > 3, JSON.stringify(counts));
        }));
});
