import assert from 'node:assert/strict';
import { MailErrorCode } from '../../../src/message/mail-error';
import { readAttachments } from '../../../src/smtp/attachments';

const content = Buffer.from('x');

describe('msg.attachments', () => {
    it('is read in the form in which imap-in emits it', () => {
        const received = {
            filename: 'plan.pdf',
            contentType: 'application/pdf',
            size: 1,
            contentId: '<a1@example.org>',
            inline: true,
            part: '2',
            content
        };
        assert.deepEqual(readAttachments([received]), [
            { filename: 'plan.pdf', contentType: 'application/pdf', contentId: 'a1@example.org', inline: true, content }
        ]);
    });

    it('takes text, bytes, and a Buffer that has been through JSON', () => {
        const given = ['ü', new Uint8Array([1, 2]), JSON.parse(JSON.stringify(Buffer.from('x'))) as unknown];
        const read = readAttachments(given.map(item => ({ filename: 'a', content: item })));
        assert.deepEqual(
            read.map(item => 'content' in item && item.content),
            [Buffer.from('ü'), Buffer.from([1, 2]), Buffer.from('x')]
        );
    });

    it('keeps a path for later, without a look at the disk', () => {
        assert.deepEqual(readAttachments([{ path: '/nowhere/x.txt', cid: 'a' }]), [
            { filename: '', contentType: '', contentId: 'a', inline: false, path: '/nowhere/x.txt' }
        ]);
    });

    it('may be missing or empty', () => {
        assert.deepEqual(readAttachments(undefined), []);
        assert.deepEqual(readAttachments([]), []);
    });

    const refused: Array<[string, unknown, MailErrorCode, RegExp]> = [
        ['it is no list', { filename: 'a', content }, MailErrorCode.AttachmentInvalid, /must be a list/],
        ['an entry is a Buffer', [content], MailErrorCode.AttachmentInvalid, /attachments\[0\] must be an object/],
        ['an entry is null', [null], MailErrorCode.AttachmentInvalid, /attachments\[0\] must be an object/],
        ['an entry names a URL', [{ href: 'http://example.org/' }], MailErrorCode.AttachmentInvalid, /"href"/],
        ['an entry brings raw MIME', [{ raw: 'x' }], MailErrorCode.AttachmentInvalid, /"raw"/],
        [
            'an entry is encoded',
            [{ content: 'eA==', encoding: 'base64' }],
            MailErrorCode.AttachmentInvalid,
            /"encoding"/
        ],
        [
            'an entry chooses its transfer encoding',
            [{ content, contentTransferEncoding: 'base64' }],
            MailErrorCode.AttachmentInvalid,
            /"contentTransferEncoding"/
        ],
        [
            'a content names a file',
            [{ content: { path: '/etc/passwd' } }],
            MailErrorCode.AttachmentInvalid,
            /must be a Buffer/
        ],
        [
            'a content names a URL',
            [{ content: { href: 'http://x' } }],
            MailErrorCode.AttachmentInvalid,
            /must be a Buffer/
        ],
        ['an entry has no bytes', [{ filename: 'a.pdf' }], MailErrorCode.AttachmentInvalid, /\("a\.pdf"\) has neither/],
        ['a path is no text', [{ path: { toString: 1 } }], MailErrorCode.AttachmentInvalid, /path must be text/],
        ['a path holds a NUL', [{ path: '/data/a\0.txt' }], MailErrorCode.AttachmentInvalid, /NUL/],
        [
            'a file name holds a line break',
            [{ filename: 'a\r\nX: y', content }],
            MailErrorCode.HeaderInvalid,
            /filename/
        ],
        [
            'a content type holds a line break',
            [{ contentType: 'a/b\r\nX: y', content }],
            MailErrorCode.HeaderInvalid,
            /contentType/
        ],
        [
            'a content type is none',
            [{ contentType: 'pdf', content }],
            MailErrorCode.AttachmentInvalid,
            /no content type/
        ],
        [
            'a content type is multipart',
            [{ contentType: 'multipart/mixed', content }],
            MailErrorCode.AttachmentInvalid,
            /multipart/
        ],
        [
            'a content id holds a bracket',
            [{ contentId: 'a>b', content }],
            MailErrorCode.AttachmentInvalid,
            /no content id/
        ]
    ];
    for (const [name, value, code, message] of refused) {
        it(`is refused when ${name}`, () => {
            assert.throws(() => readAttachments(value), { code, message, kind: 'permanent' });
        });
    }
});
