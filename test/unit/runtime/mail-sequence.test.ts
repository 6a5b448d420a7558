import assert from 'node:assert/strict';
import type { NodeAPI, NodeMessage } from 'node-red';
import type { MailMessage } from '../../../src/message/types';
import { mailSequence } from '../../../src/runtime/mail-sequence';
import { cloneMessage } from '../../support/clone-message';

const RED = { util: { generateId: () => 'sequence1', cloneMessage } } as unknown as NodeAPI;
const mail = (topic: string): MailMessage => ({ payload: 'text', topic, mail: {} }) as unknown as MailMessage;

describe('the messages of a sequence', () => {
    it('hold the mail, its place, and what was asked with except what belongs to a mail', () => {
        const asked = {
            _msgid: 'm1',
            payload: 'go',
            html: 'old',
            original: Buffer.from('old'),
            job: { id: 1 },
            to: 'x'
        };
        const message = mailSequence(RED, asked as NodeMessage)(mail('one'), 2, 5);
        assert.deepEqual(message, {
            _msgid: 'm1',
            job: { id: 1 },
            to: 'x',
            payload: 'text',
            topic: 'one',
            mail: {},
            parts: { id: 'sequence1', index: 2, count: 5 }
        });
    });

    it('share nothing with each other or with the message that asked', () => {
        const asked = { job: { id: 1 }, parts: { id: 'outer', index: 0 } };
        const next = mailSequence(RED, asked as unknown as NodeMessage);
        const messages = [next(mail('one'), 0, 2), next(mail('two'), 1, 2)] as unknown as Array<typeof asked>;
        (messages[0] as typeof asked).job.id = 99;
        assert.deepEqual([messages[1]?.job.id, asked.job.id], [1, 1]);
    });

    it('lie on top of an outer sequence', () => {
        const asked = { parts: { id: 'outer', index: 3, count: 4 } };
        const { parts } = mailSequence(RED, asked as unknown as NodeMessage)(mail('one'), 0, 1) as unknown as {
            parts: object;
        };
        assert.deepEqual(parts, { id: 'sequence1', index: 0, count: 1, parts: { id: 'outer', index: 3, count: 4 } });
    });
});
