import assert from 'node:assert/strict';
import { findAuthservIds } from '../../../src/imap/authserv-ids';
import type { OpenFolder } from '../../../src/imap/open-folder';

function folderWith(...mails: string[][]): OpenFolder {
    const blocks = mails.map(lines => Buffer.from(`${lines.map(line => `${line}\r\n`).join('')}\r\n`));
    return { peekLatest: async () => blocks } as unknown as OpenFolder;
}

describe('the servers that have judged recent mail', () => {
    it('are listed with the mails that carry their fields, the topmost first', async () => {
        const own = 'Authentication-Results: MX.Example; dmarc=pass\r\n header.from=a.example';
        const found = await findAuthservIds(
            folderWith(
                [own, 'Authentication-Results: forwarder.example; spf=pass', own],
                ['authentication-results: mx.example 1; none'],
                ['Authentication-Results: forwarder.example; spf=pass'],
                []
            )
        );
        assert.deepEqual(found, {
            mails: 4,
            ids: [
                { id: 'mx.example', mails: 2, topmost: 2 },
                { id: 'forwarder.example', mails: 2, topmost: 1 }
            ]
        });
    });

    it('include Microsoft 365 under the name of its mode, and leave out what cannot be read', async () => {
        const { ids } = await findAuthservIds(
            folderWith(
                ['Authentication-Results: spf=pass (sender IP is 192.0.2.3) smtp.mailfrom=a.example; dmarc=pass'],
                ['Authentication-Results: broken (; dmarc=pass', 'Authentication-Results: mx.example; none'],
                ['Authentication-Results: __proto__; none']
            )
        );
        assert.deepEqual(ids, [
            { id: 'microsoft365', mails: 1, topmost: 1 },
            { id: '__proto__', mails: 1, topmost: 1 },
            { id: 'mx.example', mails: 1, topmost: 0 }
        ]);
    });

    it('are none in an empty folder', async () => {
        assert.deepEqual(await findAuthservIds(folderWith()), { mails: 0, ids: [] });
    });
});
