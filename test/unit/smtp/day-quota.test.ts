import assert from 'node:assert/strict';
import { MailErrorCode } from '../../../src/message/mail-error';
import { DayQuota, type DayQuotaOptions } from '../../../src/smtp/day-quota';
import { FileStore } from '../../../src/state/file-store';
import { createTempFolder, type TempFolder } from '../../support/temp-folder';

describe('what an account may send in a day', () => {
    let folder: TempFolder;
    let problems: unknown[];
    let day: string;
    beforeEach(() => {
        folder = createTempFolder('quota');
        problems = [];
        day = '2026-11-24T12:00:00Z';
    });
    afterEach(() => folder.remove());

    function quota(options: Partial<DayQuotaOptions> = {}): DayQuota {
        return new DayQuota({
            account: 'Shop',
            messages: 0,
            recipients: 0,
            store: new FileStore(folder.path),
            key: 'account-1',
            onProblem: error => problems.push(error),
            now: () => new Date(day),
            ...options
        });
    }

    it('is a number of messages', async () => {
        const two = quota({ messages: 2 });
        await two.take(5);
        await two.take(5);
        await assert.rejects(two.take(1), {
            code: MailErrorCode.Throttled,
            kind: 'permanent',
            message: /^Shop: .*"messagesPerDay" \(2\) .* until midnight UTC/
        });
        await two.close();
    });

    it('is a number of recipients, of which a mail gets all or none', async () => {
        const ten = quota({ recipients: 10 });
        await ten.take(8);
        await assert.rejects(ten.take(3), { code: MailErrorCode.Throttled, message: /"recipientsPerDay"/ });
        await ten.take(2);
        await ten.close();
    });

    it('is not passed by many mails at once', async () => {
        const one = quota({ messages: 1 });
        const outcomes = await Promise.allSettled([one.take(1), one.take(1), one.take(1)]);
        assert.equal(outcomes.filter(outcome => outcome.status === 'fulfilled').length, 1);
        await one.close();
    });

    it('is given back for a mail that the server refused', async () => {
        const one = quota({ messages: 1 });
        const giveBack = await one.take(1);
        giveBack();
        await one.take(1);
        await one.close();
    });

    it('begins anew at midnight UTC', async () => {
        const one = quota({ messages: 1 });
        const late = await one.take(1);
        day = '2026-11-25T00:00:00Z';
        await one.take(1);
        late();
        await assert.rejects(one.take(1), { code: MailErrorCode.Throttled });
        await one.close();
    });

    it('is remembered over a restart', async () => {
        const before = quota({ messages: 2 });
        await before.take(1);
        await before.take(1);
        await before.close();
        await assert.rejects(quota({ messages: 2 }).take(1), { code: MailErrorCode.Throttled });
    });

    it('lets mail out when the count cannot be saved, and says so', async () => {
        const store = {
            load: () => Promise.reject(new Error('disk gone')),
            save: () => Promise.reject(new Error('disk full')),
            append: () => Promise.reject(new Error('disk full')),
            setAside: () => Promise.resolve(),
            loadPrevious: () => Promise.reject(new Error('disk gone')),
            writtenAt: () => Promise.resolve(null)
        };
        const one = quota({ messages: 1, store });
        await one.take(1);
        await assert.rejects(one.take(1), { code: MailErrorCode.Throttled });
        await one.close();
        assert.deepEqual(
            problems.map(problem => (problem as Error).message),
            ['disk gone', 'disk full']
        );
    });

    it('starts from zero when the saved count is no count', async () => {
        await new FileStore(folder.path).save('account-1', { day: 7, messages: 'many' });
        const one = quota({ messages: 1 });
        await one.take(1);
        await one.close();
    });
});
