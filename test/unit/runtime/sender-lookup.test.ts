import assert from 'node:assert/strict';
import type { NodeAPI } from 'node-red';
import { MailErrorCode } from '../../../src/message/mail-error';
import { findMailSender } from '../../../src/runtime/sender-lookup';
import { UnusableAccount } from '../../../src/smtp/smtp-account';

const problem = new Error('no host is set');
const nodes: Record<string, unknown> = {
    good: { sender: { problem: null } },
    bad: { sender: new UnusableAccount(problem) },
    other: { account: {} }
};
const RED = { nodes: { getNode: (id: string) => nodes[id] ?? null } } as unknown as NodeAPI;

describe('the account of smtp-out', () => {
    it('is found by its id', () => {
        assert.equal(findMailSender(RED, 'good'), (nodes['good'] as { sender: unknown }).sender);
    });

    it('is an error when none is chosen, it is missing, or it is of another kind', () => {
        for (const id of ['', 'missing', 'other']) {
            assert.throws(() => findMailSender(RED, id), { code: MailErrorCode.NotConfigured });
        }
    });

    it('is an error with the reason when its settings are unusable', () => {
        assert.throws(() => findMailSender(RED, 'bad'), problem);
    });
});
