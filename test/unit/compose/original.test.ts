import assert from 'node:assert/strict';
import { readOriginal } from '../../../src/compose/original';
import { MailErrorCode } from '../../../src/message/mail-error';
import { receivedMail } from '../../support/originals';

describe('the received mail of a message', () => {
    it('is there when imap-in has emitted it, also after JSON', async () => {
        const message = await receivedMail({
            subject: 'Grüße',
            replyTo: 'x@example.com',
            headers: { Received: ['a', 'b'] }
        });
        for (const given of [message, JSON.parse(JSON.stringify(message)) as object]) {
            const mail = readOriginal(given);
            assert.equal(mail?.author?.address, 'ben@example.com');
            assert.equal(mail?.replyTo[0]?.address, 'x@example.com');
            assert.deepEqual(
                [mail?.subject, mail?.header('received').length, mail?.deliveryId],
                ['Grüße', 2, 'delivery-1']
            );
            assert.deepEqual(mail?.bytes, message.original);
        }
    });

    it('is not there without msg.mail', () => {
        for (const mail of [undefined, null, 'x', 7]) {
            assert.equal(readOriginal({ mail }), null);
        }
    });

    it('needs its header, from the bytes or from msg.header', async () => {
        const { header, original, ...rest } = await receivedMail();
        assert.equal(readOriginal({ ...rest, header })?.header('subject')[0], 'Hello');
        assert.equal(readOriginal({ ...rest, original })?.header('subject')[0], 'Hello');
        for (const nothing of [undefined, null, {}, 'x']) {
            assert.throws(() => readOriginal({ ...rest, header: nothing }), { code: MailErrorCode.NoMailReference });
        }
    });

    it('believes the bytes more than msg.header, which a function may have changed', async () => {
        const message = await receivedMail({ headers: { 'X-Loop': 'a@example.com' } });
        assert.deepEqual(readOriginal({ ...message, header: { subject: 'x' } })?.header('x-loop'), ['a@example.com']);
    });

    it('survives anything that may stand in its fields', () => {
        const odd = [
            null,
            7,
            'x',
            [],
            [null],
            {},
            { address: 7 },
            [{ address: 'a@example.com\r\nBcc: b@example.com' }]
        ];
        for (const value of odd) {
            const mail = Object.fromEntries(
                'ref delivery messageId inReplyTo references from replyTo to cc subject date automatic'
                    .split(' ')
                    .map(name => [name, value])
            );
            const read = readOriginal({
                mail,
                header: { subject: value, __proto__: { received: 'x' } },
                original: value
            });
            assert.equal(read?.author, null);
            assert.deepEqual([read?.to, read?.header('received')], [[], []]);
        }
    });
});
