import assert from 'node:assert/strict';
import type { Action } from '../../../src/compose/loop-guard';
import type { Original } from '../../../src/compose/original';
import { addressesOf, onlyTo, recipientsOf, type NamedRecipients } from '../../../src/compose/recipients';
import { readMailboxes } from '../../../src/smtp/mailboxes';
import { original } from '../../support/originals';

const NOBODY: NamedRecipients = { to: null, cc: [], bcc: [] };
const owns = (address: string): boolean => ['me@example.org', 'alias@example.org'].includes(address.toLowerCase());

function listed(action: Action, named: NamedRecipients, mail: Original | null): [string[], string[], string[]] {
    const { to, cc, bcc } = recipientsOf(action, named, mail, owns);
    return [to, cc, bcc].map(list => list.map(({ address }) => address)) as [string[], string[], string[]];
}

describe('the recipients of an answer', () => {
    it('are those of Reply-To, else the author', async () => {
        const [mail, redirected] = [await original(), await original({ replyTo: 'a@example.com, b@example.com' })];
        assert.deepEqual(listed('reply', NOBODY, mail), [['ben@example.com'], [], []]);
        assert.deepEqual(listed('reply', NOBODY, redirected), [['a@example.com', 'b@example.com'], [], []]);
    });

    it('are with reply-all also those of To and Cc, each once and without the mailbox itself', async () => {
        const mail = await original({
            to: 'Me@example.org, c@example.com, "Ben" <BEN@example.com>',
            cc: 'alias@example.org, d@example.com, c@example.com',
            headers: { Bcc: 'secret@example.com', 'Resent-Bcc': 'secret@example.com' }
        });
        assert.deepEqual(listed('reply-all', NOBODY, mail), [
            ['ben@example.com'],
            ['c@example.com', 'd@example.com'],
            []
        ]);
        assert.deepEqual(listed('reply', NOBODY, mail), [['ben@example.com'], [], []]);
    });

    it('are those of the node when it names some, even the mailbox itself, which the guard then keeps back', async () => {
        const named = {
            to: readMailboxes('To', 'x@example.com, me@example.org'),
            cc: readMailboxes('Cc', 'x@example.com, y@example.com'),
            bcc: readMailboxes('Bcc', 'y@example.com, z@example.com')
        };
        assert.deepEqual(listed('reply', named, await original()), [
            ['x@example.com', 'me@example.org'],
            ['y@example.com'],
            ['z@example.com']
        ]);
        assert.deepEqual(listed('new', named, null)[0], ['x@example.com', 'me@example.org']);
    });

    it('are nobody for a mail of its own, of two authors, or of none', async () => {
        for (const parts of [{ from: 'me@example.org' }, { from: 'a@example.com, b@example.com' }, { from: null }]) {
            assert.deepEqual(listed('reply', NOBODY, await original(parts)), [[], [], []]);
        }
    });

    it('leave out what is no plain address', async () => {
        const mail = await original({ replyTo: '"a b"@example.com, undisclosed-recipients:;, ok@example.com' });
        assert.deepEqual(listed('reply', NOBODY, mail)[0], ['ok@example.com']);
    });

    it('can be narrowed to those who are left', async () => {
        const mail = await original({ to: 'c@example.com', cc: 'd@example.com' });
        const all = recipientsOf('reply-all', NOBODY, mail, owns);
        assert.deepEqual(addressesOf(onlyTo(all, ['D@example.com', 'ben@example.com'])), [
            'ben@example.com',
            'd@example.com'
        ]);
    });
});
