import assert from 'node:assert/strict';
import { countContent } from '../../../src/message/attachment-store';
import { HeaderCollector } from '../../../src/message/header-collector';
import { type MimeContent, readParts } from '../../../src/message/mime-reader';
import { readSimpleMail } from '../../../src/message/simple-mail';
import { HTML, IRREGULAR, nested, REGULAR, textPart } from '../../support/content-mails';
import { nearlySimpleMail } from '../../support/nearly-simple-mail';
import { rawMail } from '../../support/raw-mail';

const RANDOM_MAILS = 3_000;

function parsed(mail: Buffer): Promise<MimeContent> {
    return readParts(mail, { store: countContent, see: () => undefined });
}

function readSimple(mail: Buffer): MimeContent | null {
    const header = new HeaderCollector();
    header.push(mail);
    return readSimpleMail(mail, header);
}

/** HTML alone is a fault of its alternative to the parser, which changes nothing where there is no text beside it. */
function comparable(content: MimeContent): MimeContent {
    return { ...content, isMixed: content.isMixed && content.text !== '' };
}

async function assertSame(mail: Buffer, name: string): Promise<boolean> {
    const simple = readSimple(mail);
    if (simple) {
        assert.deepEqual(comparable(simple), comparable(await parsed(mail)), `${name}\n${mail.toString('latin1')}`);
    }
    return simple !== null;
}

describe('simple mail', () => {
    const ALTERNATIVE = nested('alternative', 'alt', textPart('hello'), HTML);
    const SIMPLE: Record<string, Buffer> = {
        'no MIME at all': rawMail('From: ben@example.com', '', 'hello', ''),
        'a text': rawMail('From: ben@example.com', ...textPart('hello', 'Content-Transfer-Encoding: 8bit')),
        'a text in quoted-printable': rawMail(
            'From: ben@example.com',
            ...textPart('Gr=C3=BC=C3=9Fe =\r\nsoft', 'Content-Transfer-Encoding: Quoted-Printable')
        ),
        'a text in base64': rawMail(
            'From: ben@example.com',
            ...textPart('R3LDvMOf\r\nZQ==', 'Content-Transfer-Encoding: base64')
        ),
        'a text in ISO-8859-1': rawMail('Content-Type: text/plain; charset="iso-8859-1"', '', 'Gr\xfc\xdfe'),
        'HTML alone': rawMail('From: ben@example.com', ...HTML),
        'text and HTML': rawMail('From: ben@example.com', ...ALTERNATIVE, ''),
        'text and HTML inside of something mixed': rawMail('From: x@y', ...nested('mixed', 'out', ALTERNATIVE)),
        'a folded type': rawMail('Content-Type: text/plain;', '\tcharset=utf-8; reply-type=original', '', 'hello')
    };

    for (const [name, mail] of Object.entries(SIMPLE)) {
        it(`is ${name}, and read as the parser reads it`, async () => {
            assert.ok(await assertSame(mail, name));
        });
    }

    const OTHER: Record<string, Buffer> = {
        nothing: Buffer.alloc(0),
        'a header without a body': rawMail('From: ben@example.com', ''),
        'a body without a header': rawMail('', 'hello'),
        'a flowed text': rawMail('Content-Type: text/plain; format=flowed', '', 'hello \r\nyou'),
        'a text with a name': rawMail('Content-Type: text/plain; name="a.txt"', '', 'hello'),
        'a text in windows-1252 where it differs': rawMail(
            'Content-Type: text/plain; charset=windows-1252',
            '',
            '\x80'
        ),
        'an unknown charset': rawMail('Content-Type: text/plain; charset=x-unknown', '', 'hello'),
        'two types': rawMail('Content-Type: text/plain', 'Content-Type: text/html', '', 'hello'),
        'a line that is no field': rawMail('From: x@y', 'nonsense', '', 'hello'),
        'a missing last delimiter': rawMail('Content-Type: multipart/mixed; boundary=b', '', '--b', '', 'hello', ''),
        'a delimiter that could be one': rawMail(
            'Content-Type: multipart/mixed; boundary=b',
            '',
            '--b',
            '',
            'hello',
            '--bb',
            '--b--'
        ),
        'text beside HTML': rawMail('From: x@y', ...nested('mixed', 'out', textPart('hello'), HTML)),
        'a text that is attached': rawMail('From: x@y', ...textPart('hello', 'Content-Disposition: attachment')),
        'bare line feeds': Buffer.from('From: x@y\n\nhello\n')
    };

    for (const [name, mail] of Object.entries(OTHER)) {
        it(`is not ${name}`, () => {
            assert.equal(readSimple(mail), null);
        });
    }

    it('is none of the mails that have something else to them, or is read as the parser reads it', async () => {
        for (const [name, mail] of Object.entries({ ...REGULAR, ...IRREGULAR })) {
            await assertSame(mail, name);
        }
    });

    it(`is read as the parser reads it, in ${RANDOM_MAILS} mails with small faults`, async function () {
        this.timeout(60_000);
        let simple = 0;
        for (let seed = 0; seed < RANDOM_MAILS; seed++) {
            simple += (await assertSame(nearlySimpleMail(seed), `mail ${seed}`)) ? 1 : 0;
        }
        // else the test would prove nothing
        assert.ok(simple > RANDOM_MAILS / 20, String(simple));
    });

    it('is read the same again whatever headers its parts had before', async () => {
        const textOf = (field: string): Buffer =>
            rawMail('From: x@y', ...nested('alternative', 'alt', textPart('hello', field), HTML));
        for (let round = 0; round < 3; round++) {
            for (let kind = 0; kind < 150; kind++) {
                assert.ok(await assertSame(textOf(`X-Kind: ${kind}`), `kind ${kind}`));
                const attached = textOf(`Content-Disposition: attachment; x=${kind}`);
                assert.equal(readSimple(attached), null);
            }
            assert.ok(await assertSame(textOf(`X-Long: ${'a'.repeat(400)}`), 'a long header'));
        }
    });

    it('needs no more than linear time for hostile mails', () => {
        const started = performance.now();
        for (const piece of ['--b\r\n', '--b ', '\r\n--bb', '=', 'a \r\n']) {
            const head = 'Content-Type: multipart/mixed; boundary=b\r\n\r\n';
            readSimple(Buffer.from(head + piece.repeat(200_000)));
            readSimple(Buffer.from(`Content-Transfer-Encoding: quoted-printable\r\n\r\n${piece.repeat(200_000)}`));
            readSimple(Buffer.from(`Content-Type: text/plain${`;${piece}`.repeat(50_000)}\r\n\r\nx`));
        }
        assert.ok(performance.now() - started < 10_000);
    });
});
