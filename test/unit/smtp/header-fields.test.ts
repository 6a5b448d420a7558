import assert from 'node:assert/strict';
import { MailErrorCode } from '../../../src/message/mail-error';
import { headerText, readHeaders, readMessageIds, readPriority, readSubject } from '../../../src/smtp/header-fields';

function refuses(read: () => unknown, problem: RegExp): void {
    assert.throws(read, { code: MailErrorCode.HeaderInvalid, kind: 'permanent', message: problem });
}

describe('the text of a header field', () => {
    for (const [name, text] of Object.entries({
        'a line break': 'Hello\r\nBcc: eve@example.org',
        'a bare line feed': 'Hello\nBcc: eve@example.org',
        'a bare carriage return': 'Hello\rBcc: eve@example.org',
        'a NUL': 'Hello\0',
        'a C1 line break': 'Hello\u0085Bcc: eve@example.org',
        'a Unicode line separator': 'Hello\u2028Bcc: eve@example.org'
    })) {
        it(`is refused with ${name}, instead of being folded silently`, () => {
            refuses(() => headerText('msg.topic', text), /msg\.topic holds a line break or a control character/);
        });
    }

    it('keeps tabs, umlauts and emoji', () => {
        const text = 'a\tb Grüße 👩‍🔧';
        assert.equal(headerText('msg.topic', text), text);
    });

    it('is refused when it is longer than any honest field', () => {
        refuses(() => headerText('msg.topic', 'x'.repeat(9_000)), /longer than 8000/);
    });
});

describe('the subject', () => {
    it('is empty when there is none', () => {
        assert.equal(readSubject('msg.topic', undefined), '');
        assert.equal(readSubject('msg.topic', null), '');
    });

    it('may be a number, but no object', () => {
        assert.equal(readSubject('msg.topic', 42), '42');
        refuses(() => readSubject('msg.topic', { path: '/etc/passwd' }), /msg\.topic must be text, not an object/);
    });
});

describe('msg.headers', () => {
    it('gives a field for each text, and one for each text of a list', () => {
        assert.deepEqual(readHeaders({ 'X-One': 'a', 'X-Two': ['b', 'c'], 'X-Three': 3 }), [
            { key: 'X-One', value: 'a' },
            { key: 'X-Two', value: 'b' },
            { key: 'X-Two', value: 'c' },
            { key: 'X-Three', value: '3' }
        ]);
        assert.deepEqual(readHeaders(undefined), []);
    });

    it('takes a name such as __proto__ as what it is', () => {
        const headers: unknown = JSON.parse('{"__proto__": "x"}');
        assert.deepEqual(readHeaders(headers), [{ key: '__proto__', value: 'x' }]);
    });

    for (const name of [
        'From',
        'sender',
        'RETURN-PATH',
        'Bcc',
        'To',
        'Cc',
        'Reply-To',
        'Message-ID',
        'Date',
        'Content-Type',
        'Content-Transfer-Encoding',
        'Resent-From',
        'Resent-Bcc',
        'MIME-Version',
        'DKIM-Signature'
    ]) {
        it(`must not set ${name}`, () => {
            refuses(() => readHeaders({ [name]: 'eve@example.org' }), /msg\.headers must not set/);
        });
    }

    for (const name of ['X-A: b\r\nBcc', 'X-A:', 'X A', ' From', 'From ', 'X-Ä', '']) {
        it(`is refused with the name ${JSON.stringify(name)}`, () => {
            refuses(() => readHeaders({ [name]: 'x' }), /no field name/);
        });
    }

    it('is refused with a line break in a value', () => {
        refuses(() => readHeaders({ 'X-A': 'b\r\nBcc: eve@example.org' }), /msg\.headers\["X-A"\] holds a line break/);
    });

    it('is refused with the objects by which nodemailer writes a value unchecked', () => {
        refuses(() => readHeaders({ 'X-A': { prepared: true, value: 'b\r\nBcc: e@example.org' } }), /must be text/);
    });

    it('is refused when it is a list or a text', () => {
        refuses(() => readHeaders([{ key: 'From', value: 'x' }]), /must be an object, not a list/);
        refuses(() => readHeaders('X-A: b'), /must be an object, not a string/);
    });
});

describe('msg.priority', () => {
    it('writes the three fields that mail programs look at', () => {
        assert.deepEqual(
            readPriority('High').map(field => field.key),
            ['X-Priority', 'X-MSMail-Priority', 'Importance']
        );
        assert.deepEqual(readPriority('normal'), []);
        assert.deepEqual(readPriority(undefined), []);
    });

    it('is refused with another word, a property name of objects among them', () => {
        refuses(() => readPriority('urgent'), /"high", "normal" or "low"/);
        refuses(() => readPriority('constructor'), /"high", "normal" or "low"/);
    });
});

describe('Message-IDs', () => {
    it('come as text or list, with or without brackets', () => {
        assert.deepEqual(readMessageIds('msg.references', ['<a@x>', 'b@x']), ['<a@x>', '<b@x>']);
        assert.deepEqual(readMessageIds('msg.references', '<a@x>\t<b@x>'), ['<a@x>', '<b@x>']);
        assert.deepEqual(readMessageIds('msg.references', ''), []);
    });

    it('are refused when they are none', () => {
        refuses(() => readMessageIds('msg.inReplyTo', '<a@x><b@x>'), /msg\.inReplyTo holds .* no Message-ID/);
        refuses(() => readMessageIds('msg.inReplyTo', '<ä@x>'), /no Message-ID/);
        refuses(() => readMessageIds('msg.inReplyTo', '<a@x>\r\nBcc: eve@example.org'), /line break/);
    });
});
