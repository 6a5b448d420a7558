import assert from 'node:assert/strict';
import type { NodeAPI } from 'node-red';
import { ImapAccount } from '../../../src/account/imap-account';
import { readImapSettings } from '../../../src/account/imap-settings';
import { ownAddresses } from '../../../src/runtime/own-addresses';

interface Smtp {
    id: string;
    addresses: string[];
    sendAs?: unknown;
    imap?: string;
}

function runtimeWith(address: string, user: string, senders: Smtp[]): NodeAPI {
    const settings = readImapSettings({ host: 'imap.example.org', address }, { user, password: 'x' }, null);
    const nodes: Record<string, unknown> = { box: { account: new ImapAccount('box', settings) } };
    senders.forEach(({ id, addresses }) => (nodes[id] = { sender: { problem: null, addresses } }));
    const configs = [{ id: 'other', type: 'imap-in' }, ...senders.map(sender => ({ ...sender, type: 'smtp-account' }))];
    return {
        nodes: {
            getNode: (id: string) => nodes[id] ?? null,
            eachNode: (see: (node: unknown) => void) => configs.forEach(see)
        }
    } as unknown as NodeAPI;
}

describe('the addresses of a mailbox', () => {
    it('are those of its account, in any case', () => {
        const own = ownAddresses(runtimeWith('Sales@example.org', 'login@example.org', []), 'box');
        assert.deepEqual(
            ['SALES@example.org', 'login@EXAMPLE.org', 'ben@example.org'].map(address => own.isMailbox(address)),
            [true, true, false]
        );
    });

    it('are also those of an smtp-account that is linked to it or shares an address', () => {
        const senders = [
            { id: 's1', addresses: ['noreply@example.org', 'sales@example.org'] },
            { id: 's2', addresses: ['linked@example.org'], imap: 'box' },
            { id: 's3', addresses: ['foreign@example.org'], sendAs: ['x@example.org'] }
        ];
        const own = ownAddresses(runtimeWith('sales@example.org', 'sales', senders), 'box');
        assert.ok(own.isMailbox('noreply@example.org') && own.isMailbox('linked@example.org'));
        assert.equal(own.isMailbox('foreign@example.org') || own.isOurs('x@example.org'), false);
    });

    it('are left out of an answer under its other names too, but mail may go there; patterns name nobody', () => {
        const sendAs = ['info@example.org', '*@example.org', '${ALIAS}', 7, 'sales-?@example.org'];
        const own = ownAddresses(
            runtimeWith('sales@example.org', 'sales', [{ id: 's1', addresses: ['sales@example.org'], sendAs }]),
            'box'
        );
        assert.deepEqual([own.isOurs('info@example.org'), own.isMailbox('info@example.org')], [true, false]);
        assert.equal(own.isOurs('boss@example.org'), false);
    });

    it('are none for an account that is not there', () => {
        for (const id of ['', 'missing', 's1']) {
            const own = ownAddresses(
                runtimeWith('sales@example.org', 'sales', [{ id: 's1', addresses: ['a@example.org'] }]),
                id
            );
            assert.equal(own.isMailbox('sales@example.org') || own.isOurs('a@example.org'), false);
        }
    });
});
