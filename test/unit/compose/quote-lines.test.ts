import assert from 'node:assert/strict';
import {
    attributionAt,
    isDeviceLine,
    isHeaderBlock,
    isQuoted,
    isSeparator,
    isSignatureMark,
    labelOf
} from '../../../src/compose/quote-lines';

describe('lines of a quote', () => {
    it('begin with an angle bracket', () => {
        assert.deepEqual(['> a', '>a', '  > a', '>', '＞ a'].map(isQuoted), [true, true, true, true, true]);
        assert.deepEqual(['a > b', '     > a', '', '-> a'].map(isQuoted), [false, false, false, false]);
    });

    it('come below a separator', () => {
        for (const line of [
            '-----Original Message-----',
            '---------- Forwarded message ---------',
            '_'.repeat(32),
            '  ---- Ursprüngliche Nachricht ----',
            'Begin forwarded message:'
        ]) {
            assert.equal(isSeparator(line), true, line);
        }
        for (const line of [
            '---',
            '-- ',
            '----- Our offer -----',
            '______',
            'Original Message',
            '- original message of mine'
        ]) {
            assert.equal(isSeparator(line), false, line);
        }
    });
});

describe('a signature', () => {
    it('begins with two dashes and nothing else', () => {
        assert.deepEqual(['-- ', '--'].map(isSignatureMark), [true, true]);
        assert.deepEqual(['---', '-- x', ' -- ', ''].map(isSignatureMark), [false, false, false, false]);
    });

    it('may be the line of a device, and no sentence of a person', () => {
        for (const line of [
            'Sent from my iPhone',
            'Von meinem iPad gesendet',
            '*Gesendet mit der GMX Mail App*',
            'Get Outlook for Android'
        ]) {
            assert.equal(isDeviceLine(line), true, line);
        }
        for (const line of [
            'Sent from my heart',
            'I sent it from my iPhone',
            'Von meinem Bruder',
            `Sent from ${'x'.repeat(200)} iPhone`
        ]) {
            assert.equal(isDeviceLine(line), false, line);
        }
    });
});

describe('a header block', () => {
    it('has labels in many languages, also in bold', () => {
        assert.deepEqual(
            ['From: x', '*Von:* x', 'Objet : x', '件名：x', 'Enviado el: x', '__proto__: x', 'Note: x', 'no label'].map(
                labelOf
            ),
            ['from', 'from', 'subject', 'subject', 'date', null, null, null]
        );
    });

    it('needs an author beside a subject or an address', () => {
        assert.equal(isHeaderBlock(['From: Anna', 'Subject: x'], 0), true);
        assert.equal(isHeaderBlock(['Date: x', 'From: anna@example.org'], 0), true);
        assert.equal(isHeaderBlock(['From: Dresden', 'To: Leipzig', 'Date: May'], 0), false);
        assert.equal(isHeaderBlock(['Subject: x', 'Date: x'], 0), false);
        assert.equal(isHeaderBlock(['From: Anna', '', 'Subject: x'], 0), false);
        assert.equal(isHeaderBlock([], 0), false);
    });
});

describe('the line above a quote', () => {
    const LINE = 'On Mon, Mar 9, 2026 at 9:12 AM Petra <p@example.org> wrote:';

    it('is certain with verb and address, whatever comes below', () => {
        assert.deepEqual(attributionAt([LINE], 0, false), { from: 0, isCertain: true });
    });

    it('is likely with less, if a quote comes below', () => {
        assert.equal(attributionAt(['Petra wrote:'], 0, false), null);
        assert.deepEqual(attributionAt(['Petra wrote:'], 0, true), { from: 0, isCertain: false });
    });

    it('is joined when it was broken, without swallowing what stands above', () => {
        const broken = ['Thanks!', 'On Mon, Mar 9, 2026 at 9:12 AM', 'Petra', '<p@example.org> wrote:'];
        assert.deepEqual(attributionAt(broken, 3, true), { from: 1, isCertain: true });
        assert.deepEqual(attributionAt(['See you at 10:00.', 'Petra <p@example.org> wrote:'], 1, true)?.from, 1);
    });

    it('is no sentence of a person', () => {
        for (const line of [
            'My answers of 09.03.2026, 09:12:',
            'I wrote to a@b.de',
            'schreiben Sie:',
            'On Monday I told you:',
            ':',
            'wrote'
        ]) {
            assert.equal(attributionAt([line], 0, false), null, line);
        }
    });
});
