import assert from 'node:assert/strict';
import { builtInProfiles } from '../../../src/inquiry/built-in-profiles';
import { checkProfile } from '../../../src/inquiry/profile-check';
import { selectProfiles } from '../../../src/inquiry/profile-selection';
import { MailError, MailErrorCode } from '../../../src/message/mail-error';
import { loadEditor } from '../../support/editor-sandbox';
import { OWN_PROFILE } from '../../support/own-profile';

const OWN = { ...OWN_PROFILE, id: 'my-portal' };

function without(property: keyof typeof OWN): object {
    return Object.fromEntries(Object.entries(OWN).filter(([name]) => name !== property));
}

describe('the check of a profile', () => {
    it('accepts the profiles of the pack, each under its own name', () => {
        const ids = builtInProfiles().map(({ id }) => id);
        assert.equal(new Set(ids).size, ids.length);
        const { inquiryProfileNames } = loadEditor().mailflow as unknown as { inquiryProfileNames: string[] };
        assert.deepEqual([...inquiryProfileNames].sort(), ids.toSorted());
    });

    it('fills in what a user leaves out', () => {
        const { name, prefer, kind, relayInKey, expected, evidence } = checkProfile(OWN);
        assert.deepEqual(
            [name, prefer, kind, relayInKey, expected],
            ['my-portal@1', 'html', 'unknown', true, ['inquiry.text']]
        );
        assert.equal(evidence.kind, 'own');
    });

    const mistakes: ReadonlyArray<[string, unknown, RegExp]> = [
        ['no object', [], /profile must be an object/],
        ['nothing', null, /profile must be an object/],
        ['no id', without('id'), /id must be a name of small letters/],
        ['an id with capitals', { ...OWN, id: 'My Portal' }, /"My Portal" is not valid: id must be/],
        ['an unknown property', { ...OWN, pattern: '.*' }, /pattern is not known; there are id, version/],
        [
            'an unknown field',
            { ...OWN, labels: { Name: 'contact.nam' } },
            /labels\["Name"\] must be one of contact\.name/
        ],
        ['an unknown format', { ...OWN, format: 'csv' }, /format must be one of adf/],
        ['a number as a label list', { ...OWN, end: 5 }, /end must be a list/],
        ['a long label', { ...OWN, labels: { ['x'.repeat(31)]: 'contact.name' } }, /must have 1 to 30 characters/],
        ['no labels', { ...OWN, labels: {} }, /labels must name at least one label/],
        ['a start label that is none', { ...OWN, start: ['Firma'] }, /start names "Firma"/],
        ['a message label that is none', { ...OWN, message: 'Wer' }, /message must be a label/],
        ['nothing required', { ...OWN, required: [] }, /required must name at least one field/],
        ['an unknown requirement', { ...OWN, required: ['inquiry.text|x'] }, /required\[0\] must be one of/],
        [
            'a box without its format',
            { ...OWN, box: { element: 'td', attribute: 'class', value: 'x' } },
            /box belongs to/
        ],
        ['a broken box', { ...OWN, format: 'html-box', box: { element: 'td[x]' } }, /box must be an object such as/],
        ['XML without its names', { ...OWN, format: 'xml' }, /xml belongs to the format xml/],
        ['XML with a broken list', { ...OWN, format: 'xml', xml: { records: 'x' } }, /xml must be an object such as/],
        ['a template without a place', { ...OWN, senderName: ['Anna'] }, /senderName\[0\] must be a text with one \*/],
        ['a header with a capital', { ...OWN, headers: { 'X-Id': 'item.id' } }, /"X-Id" is no header name/],
        ['a country by its name', { ...OWN, country: 'Germany' }, /country must be a country code/],
        ['a version that is none', { ...OWN, version: 0 }, /version must be a whole number/],
        ['evidence without a date', { ...OWN, evidence: { kind: 'own' } }, /evidence must be an object/],
        ['a flag as text', { ...OWN, relayInKey: 'no' }, /relayInKey must be true or false/]
    ];
    for (const [what, profile, message] of mistakes) {
        it(`says what is wrong: ${what}`, () => {
            assert.throws(
                () => checkProfile(profile),
                (error: unknown) =>
                    error instanceof MailError &&
                    error.code === MailErrorCode.InvalidProperty &&
                    message.test(error.message)
            );
        });
    }

    it('says which sender pattern is wrong', () => {
        assert.throws(
            () => checkProfile({ ...OWN, senders: ['example.com'] }),
            /"example\.com" is not valid: it has no @/
        );
    });
});

describe('the profiles of a node', () => {
    const ids = (entries: readonly unknown[]): string[] => selectProfiles(entries).map(({ id }) => id);

    it('are all of the pack when none is chosen, with own ones in front', () => {
        const all = builtInProfiles().map(({ id }) => id);
        assert.deepEqual(ids([]), all);
        assert.deepEqual(ids([OWN]), ['my-portal', ...all]);
    });

    it('are those that were chosen, each once', () => {
        assert.deepEqual(ids(['adf', 'ebay', 'adf', OWN]), ['my-portal', 'adf', 'ebay']);
    });

    it('may replace one of the pack', () => {
        const own = { ...OWN, id: 'ebay', version: 7 };
        const profiles = selectProfiles(['ebay', 'adf', own]);
        assert.deepEqual(
            profiles.map(({ name }) => name),
            ['ebay@7', 'adf@1']
        );
    });

    it('are refused when there is no such profile, or two of one name', () => {
        assert.throws(() => ids(['autoscout']), /no inquiry profile "autoscout"; there are machineseeker,/);
        assert.throws(() => ids([OWN, OWN]), /two profiles have the id "my-portal"/);
    });
});
