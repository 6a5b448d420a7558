import assert from 'node:assert/strict';
import { builtInProfiles } from '../../../src/inquiry/built-in-profiles';
import { parseInquiries } from '../../../src/inquiry/parse-inquiries';
import type { ParseResult } from '../../../src/inquiry/types';

const DIGEST = 'info@mail.machineseeker.com';
const form = (name: string, message: string | null): string =>
    `Firma: ${name} GmbH\nName: ${name}\nE-Mail: ${name.toLowerCase()}@channel.machineseeker.com\n` +
    `Anfrage zu: Säge\n${message === null ? '' : `Nachricht an Sie: ${message}\n`}\n`;
const inMarkup = (text: string): string => text.replace(/^([\w -]+): (.*)$/gm, '<b>$1:</b> $2<br>');
/** The second of three has no message. */
const THREE = form('Anna', 'Hallo') + form('Ben', null) + form('Cora', 'Hi');

function parse(message: object, subject: string, address = DIGEST): ParseResult {
    return parseInquiries(message, { from: { name: '', address }, subject }, builtInProfiles());
}

/** What became of each inquiry: the name for a complete one, the name and what it lacks for another. */
function shown(result: ParseResult): unknown {
    if (!result.recognised) {
        return result.problem.reason;
    }
    return {
        complete: result.inquiries.map(({ contact, source }) => `${contact.name} ${source.index}/${source.count}`),
        incomplete: result.incomplete.map(({ partial, missing }) => [
            `${partial?.contact.name} ${partial?.source.index}/${partial?.source.count}`,
            ...missing
        ])
    };
}

const SORTED = { complete: ['Anna 0/3', 'Cora 2/3'], incomplete: [['Ben 1/3', 'inquiry.text']] };

describe('an incomplete inquiry among others', () => {
    it('is told from them, where the subject announces as many as there are', () => {
        const result = parse({ payload: THREE }, 'Kategorie-Anfragen (3 Nachrichten)');
        assert.deepEqual(shown(result), SORTED);
        assert.ok(result.recognised);
        const [{ partial, ...problem } = {}] = result.incomplete;
        assert.deepEqual(problem, {
            reason: 'incomplete',
            message: 'Inquiry 2 of 3 in this mail lacks something that an inquiry needs.',
            profile: 'machineseeker-category@1',
            missing: ['inquiry.text']
        });
        assert.equal(partial?.raw.text.trim(), form('Ben', null).trim(), 'the part of the mail, for whoever looks');
        assert.deepEqual(result.inquiries[0]?.warnings, []);
    });

    it('and where the markup of the portal shows where each begins', () => {
        assert.deepEqual(shown(parse({ html: inMarkup(THREE) }, 'Kategorie-Anfragen')), SORTED);
    });

    it('leaves the whole mail unread where it may be the rest of another, cut off by a label that a buyer has typed', () => {
        const typed = form('Anna', 'Hallo\nFirma: ist uns egal\nund bitte schnell') + form('Cora', 'Hi');
        assert.equal(shown(parse({ payload: typed }, 'Kategorie-Anfragen (2 Nachrichten)')), 'template-changed');
        assert.equal(shown(parse({ payload: typed }, 'Kategorie-Anfragen')), 'template-changed');
        assert.equal(shown(parse({ payload: THREE }, 'Kategorie-Anfragen')), 'template-changed');
        assert.equal(shown(parse({ html: inMarkup(THREE) }, 'Kategorie-Anfragen (4 Nachrichten)')), 'template-changed');
    });

    it('does not make an inquiry of a mail in which all are incomplete', () => {
        const none = form('Anna', null) + form('Ben', null);
        assert.equal(shown(parse({ payload: none }, 'Kategorie-Anfragen (2 Nachrichten)')), 'template-changed');
    });

    it('gives way to a form in which nothing is missing, but not to what a buyer has attached', () => {
        const subject = 'Kategorie-Anfragen (3 Nachrichten)';
        const whole = THREE.replace(form('Ben', null), form('Ben', 'Hey'));
        const both = parse({ html: inMarkup(whole), payload: THREE }, subject);
        assert.deepEqual(shown(both), { complete: ['Anna 0/3', 'Ben 1/3', 'Cora 2/3'], incomplete: [] });
        const adf =
            '<adf><prospect><customer><contact><email>evil@bad.example</email></contact></customer></prospect></adf>';
        const attachments = [{ filename: 'a.xml', contentType: 'text/xml', size: 1, content: Buffer.from(adf) }];
        assert.deepEqual(shown(parse({ payload: THREE, attachments }, subject)), SORTED);
    });

    it('is told from them in XML, whoever sends it', () => {
        const prospect = (name: string, email: string): string =>
            `<prospect><customer><contact><name>${name}</name>${email}</contact></customer></prospect>`;
        const adf = `<adf>${prospect('Anna', '<email>anna@example.com</email>')}${prospect('Ben', '')}</adf>`;
        assert.deepEqual(shown(parse({ payload: adf }, 'Lead', 'lead@dealer.example')), {
            complete: ['Anna 0/2'],
            incomplete: [['Ben 1/2', 'contact.email|contact.phones']]
        });
    });

    it('has each inquiry in exactly one list, whichever lack something', () => {
        const count = 8;
        for (let pattern = 1; pattern < 2 ** count; pattern += 3) {
            const lacks = Array.from({ length: count }, (_unused, index) => (pattern >> index) % 2 === 0);
            const payload = lacks.map((isLacking, index) => form(`N${index}`, isLacking ? null : `x${index}`)).join('');
            const result = parse({ payload }, `Kategorie-Anfragen (${count} Nachrichten)`);
            assert.ok(result.recognised);
            const places = [...result.inquiries, ...result.incomplete.map(({ partial }) => partial)];
            const found = places.map(inquiry => [inquiry?.source.index, inquiry?.contact.name]);
            assert.deepEqual(
                found.sort(),
                lacks.map((_isLacking, index) => [index, `N${index}`])
            );
            assert.equal(result.incomplete.length, lacks.filter(Boolean).length);
        }
    });
});
