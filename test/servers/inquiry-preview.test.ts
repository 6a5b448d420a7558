import assert from 'node:assert/strict';
import imapAccount = require('../../nodes/imap-account');
import parseInquiry = require('../../nodes/parse-inquiry');
import type { Inquiry, NotRecognised } from '../../src/inquiry/types';
import { startDovecot, type Dovecot } from '../support/dovecot';
import { useNodeRed } from '../support/helper';
import { buildMail } from '../support/mail-builder';
import { requireServer } from '../support/require-server';
import { OWN_PROFILE } from '../support/own-profile';

const PASSWORD = 'Geheim-4711';
const OWN = { ...OWN_PROFILE, senders: ['*@portal.example'] };

interface Answer {
    inquiries?: Inquiry[];
    problem?: NotRecognised;
    error?: string;
}

/** The part of supertest that is used here. */
interface Request {
    post(path: string): { send(body: object): Promise<{ status: number; body: Answer }> };
}

describe('the preview of a profile on Dovecot', function () {
    this.timeout(30_000);
    const red = useNodeRed();
    let dovecot: Dovecot;

    before(async function () {
        requireServer(this, 'dovecot');
        dovecot = await startDovecot({ storage: 'sdbox', users: { anna: PASSWORD } });
        const form = (name: string): string => `Wer: ${name}\nWas: Hallo\n`;
        await dovecot.deliver('anna', 'INBOX', buildMail({ from: 'a@portal.example', text: form('Erste') }));
        await dovecot.deliver('anna', 'INBOX', buildMail({ from: 'b@portal.example', text: form('Zweite') }));
        await dovecot.deliver('anna', 'INBOX', buildMail({ from: 'c@other.example', text: form('Fremde') }));
        await dovecot.deliver('anna', 'INBOX', buildMail({ from: 'd@other.example', size: 3 * 1024 * 1024 }));
    });
    after(async () => {
        await dovecot?.stop();
    });

    async function preview(body: object, password = PASSWORD): Promise<Answer> {
        const account = { host: dovecot.host, port: dovecot.port, security: 'none', name: 'Office' };
        await red.loadFlow(
            [imapAccount, parseInquiry],
            [
                { id: 'flow', type: 'tab' },
                { id: 'account', type: 'imap-account', ...account },
                { id: 'parse', z: 'flow', type: 'parse-inquiry', wires: [[], []] }
            ],
            { account: { user: 'anna', password } }
        );
        const request = red.request() as Request;
        return (await request.post('/mailflow/inquiry-preview').send({ account: 'account', ...body })).body;
    }

    it('takes the newest mail of its senders, or the one that is named, and leaves all of them unread', async () => {
        const newest = await preview({ profile: OWN });
        assert.equal(newest.inquiries?.[0]?.contact.name, 'Zweite');
        await red.unload();
        const named = await preview({ profile: OWN, folder: 'INBOX', uid: '1' });
        assert.equal(named.inquiries?.[0]?.contact.name, 'Erste');
        assert.equal(named.inquiries?.[0]?.mail.uid, 1);
        await red.unload();
        const foreign = await preview({ profile: OWN, uid: 3 });
        assert.equal(foreign.problem?.reason, 'no-profile');
        assert.ok([...(await dovecot.flags('anna', 'INBOX')).values()].every(flags => flags.length === 0));
    });

    const failures: ReadonlyArray<[string, object, RegExp]> = [
        ['there is no such mail', { profile: OWN, uid: 99 }, /the mail with UID 99 is no longer in "INBOX"/],
        ['there is no such folder', { profile: OWN, folder: 'Nope' }, /select failed.*Nope/],
        ['the mail is too large', { profile: { ...OWN, senders: [] }, uid: 4 }, /more than 2 MB/],
        [
            'no mail is of its senders',
            { profile: { ...OWN, senders: ['*@nobody.example'] } },
            /no mail of the profile's senders/
        ],
        ['the UID is none', { profile: OWN, uid: '1:*' }, /the UID is no whole number/]
    ];
    for (const [what, body, error] of failures) {
        it(`says that ${what}`, async () => {
            assert.match((await preview(body)).error ?? '', error);
        });
    }

    it('says what the server says, without the password', async () => {
        const { error = '' } = await preview({ profile: OWN }, `${PASSWORD}-wrong`);
        assert.match(error, /Office: login failed/);
        assert.ok(!error.includes(PASSWORD));
    });
});
