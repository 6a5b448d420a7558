import assert from 'node:assert/strict';
import flagMail = require('../../nodes/flag-mail');
import moveMail = require('../../nodes/move-mail');
import type { MailMessage, MailRef } from '../../src/message/types';
import { buildMail } from '../support/mail-builder';
import { MailActionSuite } from '../support/mail-action-suite';

const ID = '<one@example.com>';
/** Names that some part of the way would read as something else than a name. */
const NAMES = ['A "quoted" name', 'Forschung & Entwicklung', 'Grüße/Über', '100% done', 'a * star', "O'Neill \\ Co"];

describe('move-mail on Dovecot', function () {
    this.timeout(60_000);
    const suite = MailActionSuite.use('move-mail', moveMail, {
        folders: {
            Trash: '\\Trash',
            Archive: '\\Archive',
            Sent: '\\Sent',
            Junk: '\\Junk',
            Erledigt: null,
            Ablage: null
        }
    });

    async function deliver(messageId = ID, folder = 'INBOX'): Promise<void> {
        await suite.dovecot.fill('anna', folder, [buildMail({ messageId })]);
    }

    async function message(folder = 'INBOX', index = 0): Promise<object> {
        return { mail: { ref: await suite.ref(folder, index), messageId: ID } };
    }

    it('moves a mail, and the reference follows it to a node behind', async () => {
        await deliver();
        const before = await message();
        await suite.start(
            { action: 'move', folder: 'Erledigt', folderType: 'str' },
            {},
            [{ id: 'flag', type: 'flag-mail', add: ['$Done'], remove: [] }],
            [flagMail]
        );
        const out = await suite.pass<MailMessage>(before);
        assert.deepEqual(out.mail.ref, await suite.ref('Erledigt'));
        assert.deepEqual(await suite.ids('INBOX'), []);
        assert.deepEqual(await suite.ids('Erledigt'), [ID]);
        assert.deepEqual([...(await suite.dovecot.flags('anna', 'Erledigt')).values()], [['$Done']]);
    });

    it('copies a mail, leaves it where it is, and says where the copy lies', async () => {
        await deliver();
        await suite.dovecot.doveadm('flags', 'add', '-u', 'anna', '\\Flagged $Kept', 'mailbox', 'INBOX', 'all');
        await suite.start({ action: 'copy', folder: 'Erledigt', folderType: 'str' });
        const before = await suite.ref('INBOX');
        const out = await suite.pass<MailMessage & { saved: MailRef }>(await message());
        assert.deepEqual(out.mail.ref, before);
        assert.deepEqual(out.saved, await suite.ref('Erledigt'));
        assert.deepEqual(await suite.ids('INBOX'), [ID]);
        const [flags = []] = [...(await suite.dovecot.flags('anna', 'Erledigt')).values()];
        assert.deepEqual([...flags].sort(), ['$Kept', '\\Flagged']);
        assert.deepEqual([...(await suite.dovecot.flags('anna', 'INBOX')).values()].flat().includes('\\Seen'), false);
    });

    it('moves to the trash and the archive that the server marks, or the account names', async () => {
        await deliver();
        await suite.start({ action: 'archive' });
        await suite.pass(await message());
        assert.deepEqual(await suite.ids('Archive'), [ID]);
        await suite.red.unload();
        await suite.start({ action: 'trash' }, { trash: 'Ablage' });
        await suite.pass(await message('Archive'));
        assert.deepEqual([await suite.ids('Archive'), await suite.ids('Ablage')], [[], [ID]]);
    });

    it('takes a special use for a folder', async () => {
        await deliver();
        await suite.start({ action: 'move', folder: '\\Junk', folderType: 'str' });
        const out = await suite.pass<MailMessage>(await message());
        assert.equal(out.mail.ref.folder, 'Junk');
        assert.deepEqual(await suite.ids('Junk'), [ID]);
    });

    it('deletes for good what lies in the trash already, if the account allows it', async () => {
        await deliver(ID, 'Trash');
        await suite.start({ action: 'trash' }, { rights: ['move'] });
        assert.match(await suite.fail(await message('Trash')), /does not allow flows to delete mail/);
        assert.deepEqual(await suite.ids('Trash'), [ID]);
        await suite.red.unload();
        await suite.start({ action: 'trash' });
        await suite.pass(await message('Trash'));
        assert.deepEqual(await suite.ids('Trash'), []);
    });

    it('deletes exactly one mail, and leaves what others have marked as deleted', async () => {
        await suite.dovecot.fill('anna', 'INBOX', [
            buildMail({ messageId: '<marked@example.com>' }),
            buildMail({ messageId: ID })
        ]);
        const marked = (await suite.ref('INBOX')).uid;
        await suite.dovecot.doveadm(
            'flags',
            'add',
            '-u',
            'anna',
            '\\Deleted',
            'mailbox',
            'INBOX',
            'uid',
            String(marked)
        );
        await suite.start({ action: 'delete' });
        await suite.pass(await message('INBOX', 1));
        assert.deepEqual(await suite.ids('INBOX'), ['<marked@example.com>']);
        assert.deepEqual(await suite.ids('Trash'), []);
        assert.ok(suite.proxy.commands().every(command => !/^(EXPUNGE|CLOSE)/.test(command)));
    });

    for (const name of NAMES) {
        it(`makes a missing folder with the name ${name}, and takes the name from the message`, async () => {
            await deliver();
            await suite.start({ action: 'move', folder: 'target', folderType: 'msg', create: true });
            const out = await suite.pass<MailMessage>({ ...(await message()), target: name });
            assert.equal(out.mail.ref.folder, name);
            const names = (await suite.dovecot.doveadm('-f', 'tab', 'mailbox', 'list', '-u', 'anna')).split('\n');
            assert.ok(names.includes(name), names.join('|'));
            assert.deepEqual(await suite.ids('INBOX'), []);
            assert.equal(out.mail.ref.uid, 1);
        });
    }

    it('says which folders have a similar name when one is missing, and moves nothing', async () => {
        await deliver();
        await suite.start({ action: 'move', folder: 'Erledigd', folderType: 'str' });
        assert.match(
            await suite.fail(await message()),
            /Office: move failed: the folder "Erledigd" does not exist\..*Similar: "Erledigt"/
        );
        assert.deepEqual(await suite.ids('INBOX'), [ID]);
        assert.deepEqual(suite.red.recorded('out'), []);
    });

    for (const name of ['../x', '../../etc/passwd', '/absolute', 'a//b']) {
        it(`leaves the judgement about ${name} to the server, and moves nothing`, async () => {
            await deliver();
            await suite.start({ action: 'move', folder: name, folderType: 'str', create: true });
            assert.match(await suite.fail(await message()), /Office: (create|move) failed: .*The server said/);
            assert.deepEqual(await suite.ids('INBOX'), [ID]);
        });
    }

    it('refuses a mail that is gone, and one of a folder that was renewed', async () => {
        await deliver();
        const gone = await message();
        await suite.dovecot.doveadm('expunge', '-u', 'anna', 'mailbox', 'INBOX', 'all');
        await deliver('<second@example.com>');
        await suite.start({ action: 'move', folder: 'Erledigt', folderType: 'str' });
        assert.match(await suite.fail(gone), /the mail with UID \d+ is no longer in "INBOX"/);
        const ref = { ...(await suite.ref('INBOX')), uidValidity: '1' };
        suite.red.node('node').receive({ mail: { ref } } as never);
        const caught = await suite.red.waitForMessage<{ error: { message: string } }>('caught', { count: 2 });
        assert.match(caught.error.message, /was renewed/);
        assert.deepEqual(await suite.ids('INBOX'), ['<second@example.com>']);
    });

    for (const [action, right] of [
        ['move', 'move'],
        ['trash', 'move'],
        ['archive', 'move'],
        ['copy', 'append'],
        ['delete', 'delete']
    ] as const) {
        it(`refuses to ${action} without the right "${right}", and asks the server nothing`, async () => {
            await deliver();
            const rights = ['read', 'flag', 'move', 'delete', 'append'].filter(other => other !== right);
            await suite.start({ action, folder: 'Erledigt', folderType: 'str' }, { rights });
            assert.match(
                await suite.fail(await message()),
                /Office: configure failed: this account does not allow flows/
            );
            assert.deepEqual(suite.proxy.commands(), []);
        });
    }

    it('finds a mail whose move was cut off after the server had carried it out', async () => {
        await deliver();
        const before = await message();
        await suite.start({ action: 'move', folder: 'Erledigt', folderType: 'str' });
        const passing = suite.pass<MailMessage>(before);
        await suite.cutBeforeAnswer(/^UID MOVE/, async () => (await suite.ids('Erledigt')).length === 1);
        const out = await passing;
        assert.deepEqual(out.mail.ref, await suite.ref('Erledigt'));
        assert.deepEqual([await suite.ids('INBOX'), await suite.ids('Erledigt')], [[], [ID]]);
        const moves = suite.proxy.commands().filter(command => /^UID MOVE/.test(command));
        assert.equal(moves.length, 1);
    });

    it('reports a move that was cut off before the server had it, and the mail is where it was', async () => {
        await deliver();
        const before = await message();
        await suite.start({ action: 'move', folder: 'Erledigt', folderType: 'str' });
        const failing = suite.fail(before);
        await suite.proxy.waitForCommand(/^SELECT/);
        suite.proxy.refuse();
        suite.proxy.cut();
        assert.match(await failing, /Office: (select|fetch|move|connect) failed/);
        assert.deepEqual(await suite.ids('INBOX'), [ID]);
        await suite.proxy.accept();
    });

    it('stays where it is when it lies in the folder already', async () => {
        await deliver(ID, 'Erledigt');
        await suite.start({ action: 'move', folder: 'Erledigt', folderType: 'str' });
        const before = await suite.ref('Erledigt');
        const out = await suite.pass<MailMessage>(await message('Erledigt'));
        assert.deepEqual(out.mail.ref, before);
        assert.deepEqual(await suite.ref('Erledigt'), before);
    });

    it('refuses a value that names no folder', async () => {
        await deliver();
        await suite.start({ action: 'move', folder: 'target', folderType: 'msg' });
        for (const [index, target] of [undefined, '', 5, {}, 'a\r\nb'].entries()) {
            suite.red.node('node').receive({ ...(await message()), target } as never);
            const caught = await suite.red.waitForMessage<{ error: { message: string } }>('caught', {
                count: index + 1
            });
            assert.match(caught.error.message, /msg\.target must name a folder/);
        }
        assert.deepEqual(await suite.ids('INBOX'), [ID]);
    });
});
