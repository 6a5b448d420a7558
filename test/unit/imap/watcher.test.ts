import assert from 'node:assert/strict';
import type { OpenFolder } from '../../../src/imap/open-folder';
import { FolderWatcher } from '../../../src/imap/watcher';
import { MailError, MailErrorCode } from '../../../src/message/mail-error';
import { Changes } from '../../support/changes';

const REJECTED = new MailError({
    code: MailErrorCode.CredentialsRejected,
    kind: 'credentials',
    step: 'login',
    problem: 'rejected'
});

describe('FolderWatcher.lookNow', () => {
    it('looks at once, whether the watcher waits for its interval or pauses after a failure', async () => {
        const changes = new Changes();
        let tries = 0;
        let scans = 0;
        let failures = 0;
        const watcher = new FolderWatcher(
            { folder: 'INBOX', push: false, intervalMs: 3_600_000 },
            {
                openOwn: () => Promise.resolve(null),
                async withShared(_folder, look) {
                    if (++tries === 2) {
                        throw REJECTED;
                    }
                    return look({ connection: { onBusy: null } } as unknown as OpenFolder);
                }
            },
            (_folder, scan) => {
                scans += scan ? 1 : 0;
                return Promise.resolve(false);
            },
            {
                connecting: () => undefined,
                contact: () => changes.notify(),
                failed: () => {
                    failures++;
                    changes.notify();
                }
            }
        );
        watcher.start();
        await changes.until(
            () => scans === 1,
            () => 'the first look'
        );
        // the wait begins a turn after the look
        await new Promise(resolve => setImmediate(resolve));
        watcher.lookNow();
        await changes.until(
            () => failures === 1,
            () => 'a failure'
        );
        await new Promise(resolve => setImmediate(resolve));
        watcher.lookNow();
        await changes.until(
            () => scans === 2,
            () => 'a look in the middle of an hour of pause'
        );
        await watcher.close();
        assert.deepEqual([tries, failures], [3, 1]);
    });
});
