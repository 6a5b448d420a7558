import assert from 'node:assert/strict';
import { readMailRef } from '../../../src/runtime/mail-ref';

const REF = { account: 'account1', folder: 'INBOX', uidValidity: '1699', uid: 4711 };

describe('readMailRef', () => {
    it('reads what imap-in wrote', () => assert.deepEqual(readMailRef({ mail: { ref: REF } }), REF));

    it('reads what went through JSON, a queue or a form', () => {
        const mail = { ref: { ...REF, uid: '4711', uidValidity: 1699 } };
        assert.deepEqual(readMailRef({ mail }), REF);
    });

    it('takes nothing else along', () => {
        assert.deepEqual(readMailRef({ mail: { ref: { ...REF, password: 'x' } } }), REF);
    });

    it('accepts the highest UID that IMAP knows', () => {
        assert.equal(readMailRef({ mail: { ref: { ...REF, uid: 4294967295 } } }).uid, 4294967295);
    });

    const without = (changed: object): object => ({ mail: { ref: { ...REF, ...changed } } });
    const cases: Array<[string, object]> = [
        ['no mail', {}],
        ['null', { mail: null }],
        ['text for a mail', { mail: 'INBOX' }],
        ['no reference', { mail: {} }],
        ['a reference that is null', { mail: { ref: null } }],
        ['a reference that is text', { mail: { ref: 'INBOX/4711' } }],
        ['no account', without({ account: '' })],
        ['an account that is an object', without({ account: { id: 'x' } })],
        ['no folder', without({ folder: undefined })],
        ['a folder that is a list', without({ folder: ['INBOX'] })],
        ['no UIDVALIDITY', without({ uidValidity: undefined })],
        ['a UIDVALIDITY that is no number', without({ uidValidity: 'x' })],
        ['no UID', without({ uid: undefined })],
        ['UID 0', without({ uid: 0 })],
        ['a negative UID', without({ uid: -1 })],
        ['half a UID', without({ uid: 1.5 })],
        ['a UID beyond 32 bits', without({ uid: 4294967296 })],
        ['a range', without({ uid: '1:*' })],
        ['the newest mail', without({ uid: '*' })],
        // each of these is a number to JavaScript, and would mean another mail
        ['true', without({ uid: true })],
        ['a list with a UID', without({ uid: [4711] })],
        ['a UID in another notation', without({ uid: '0x10' })],
        ['a UID with an exponent', without({ uid: '1e3' })],
        ['blank text', without({ uid: ' ' })]
    ];
    for (const [what, message] of cases) {
        it(`refuses ${what}`, () => {
            assert.throws(() => readMailRef(message), {
                code: 'NO_MAIL_REFERENCE',
                kind: 'permanent',
                message: /has no msg\.mail\.ref.*Use it behind imap-in/
            });
        });
    }
});
