import assert from 'node:assert/strict';
import { redact } from '../../../src/message/mail-error';
import { secretForms } from '../../../src/message/secret-forms';

describe('secretForms', () => {
    const login = { user: 'anna', password: 'pä"ss\\wörd' };
    const echoes: Array<[string, string]> = [
        ['as it is', login.password],
        ['in a quoted string', 'pä\\"ss\\\\wörd'],
        ['as AUTH PLAIN sends it', Buffer.from('\0anna\0pä"ss\\wörd').toString('base64')],
        ['as AUTH LOGIN sends it', Buffer.from('pä"ss\\wörd').toString('base64')],
        ['with its UTF-8 read byte by byte', Buffer.from(login.password).toString('latin1')],
        ['in a quoted string read byte by byte', Buffer.from('pä\\"ss\\\\wörd').toString('latin1')]
    ];
    for (const [way, echo] of echoes) {
        it(`finds the password ${way}`, () => {
            assert.equal(redact(`cannot read <${echo}> here`, secretForms(login)), 'cannot read <***> here');
        });
    }

    const token = { user: 'anna', accessToken: 'eyJ0eXAi.access-token.of-anna' };
    const fields = `user=anna\x01auth=Bearer ${token.accessToken}\x01\x01`;
    for (const [way, echo] of [
        ['as it is', token.accessToken],
        ['as XOAUTH2 sends it', Buffer.from(fields).toString('base64')]
    ] as const) {
        it(`finds a token ${way}`, () => {
            assert.equal(redact(`cannot read <${echo}> here`, secretForms(token)), 'cannot read <***> here');
        });
    }

    it('leaves no readable part of a token wherever it stands in base64', () => {
        for (const before of ['', 'a', 'ab', 'n,a=anna,\x01host=mail.shop.example\x01port=993\x01auth=Bearer ']) {
            const echo = Buffer.from(`${before}${token.accessToken}\x01\x01`).toString('base64');
            const rest = Buffer.from(redact(echo, secretForms(token)).replace('***', ''), 'base64').toString('latin1');
            assert.ok(!rest.includes('access-token'), before);
        }
    });

    it('has nothing to hide without a login', () => assert.deepEqual(secretForms(null), []));

    it('names each form once', () => {
        const forms = secretForms({ user: 'anna', password: 'secret' });
        assert.deepEqual(forms, [...new Set(forms)]);
        assert.equal(forms.length, 3);
    });

    it('leaves out the forms of an empty password, which every text contains', () => {
        assert.equal(secretForms({ user: 'anna', password: '' }).includes(''), false);
    });
});
