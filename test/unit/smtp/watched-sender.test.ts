import assert from 'node:assert/strict';
import type { OutgoingMail } from '../../../src/smtp/outgoing';
import type { MailSender } from '../../../src/smtp/smtp-account';
import { watchSender } from '../../../src/smtp/watched-sender';

const MAIL = { recipients: ['a@example.com'] } as OutgoingMail;
const never = new AbortController().signal;

function sender(send: MailSender['send']): MailSender {
    return {
        problem: null,
        addresses: [],
        compose: () => MAIL,
        send,
        close: () => Promise.resolve()
    };
}

describe('watchSender', () => {
    it('tells what became of each mail and changes nothing else', async () => {
        const heard: string[] = [];
        const report = {
            sent: (mail: OutgoingMail) => void heard.push(`sent to ${mail.recipients.join()}`),
            failed: (error: Error) => void heard.push(error.message)
        };
        const acceptance = { accepted: ['a@example.com'], rejected: [], response: '250', serverMessageId: '' };
        const fine = watchSender(
            sender(() => Promise.resolve(acceptance)),
            report
        );
        assert.equal(await fine.send(MAIL, never), acceptance);
        assert.equal(fine.compose({}, {} as never), MAIL);
        const refusal = new Error('refused');
        const broken = watchSender(
            sender(() => Promise.reject(refusal)),
            report
        );
        await assert.rejects(broken.send(MAIL, never), refusal);
        assert.deepEqual(heard, ['sent to a@example.com', 'refused']);
    });
});
