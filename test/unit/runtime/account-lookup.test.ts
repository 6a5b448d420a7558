import assert from 'node:assert/strict';
import type { NodeAPI } from 'node-red';
import { ImapAccount } from '../../../src/account/imap-account';
import { readImapSettings } from '../../../src/account/imap-settings';
import { MailError } from '../../../src/message/mail-error';
import { findImapAccount } from '../../../src/runtime/account-lookup';

function runtimeWith(node: unknown): NodeAPI {
    const nodes: Record<string, unknown> = { account1: node };
    return { nodes: { getNode: (id: string) => nodes[id] ?? null } } as unknown as NodeAPI;
}

describe('findImapAccount', () => {
    const settings = readImapSettings({ host: 'imap.shop.example' }, { user: 'anna', password: 'secret' }, null);
    const account = new ImapAccount('account1', settings);

    it('finds the account behind its node', () => {
        assert.equal(findImapAccount(runtimeWith({ account }), 'account1'), account);
    });

    const problem = new MailError({ code: 'ENV_MISSING', kind: 'configuration', step: 'configure', problem: 'x' });
    for (const reason of [problem, new TypeError('mistake')]) {
        it(`gives the reason why the account is unusable: ${reason.name}`, () => {
            assert.throws(
                () => findImapAccount(runtimeWith({ account: reason }), 'account1'),
                (error: unknown) => error === reason
            );
        });
    }

    for (const [what, node, id] of [
        ['no account is chosen', { account }, ''],
        ['the account is missing or disabled', { account }, 'other'],
        ['the node has no account', {}, 'account1'],
        // the id comes from a message, which may name any node
        ['the node keeps something else under that name', { account: 'anna' }, 'account1'],
        ['the node keeps another kind of account', { account: { label: 'x', send: () => undefined } }, 'account1'],
        ['the node keeps nothing under that name', { account: null }, 'account1']
    ] as const) {
        it(`says so when ${what}`, () => {
            assert.throws(() => findImapAccount(runtimeWith(node), id), {
                code: 'NOT_CONFIGURED',
                kind: 'configuration',
                message: /no account is chosen, or it is missing or disabled/
            });
        });
    }
});
