import assert from 'node:assert/strict';
import { findPreset, presetForAddress, presets } from '../../../src/account/presets';

const HOST = /^(?!-)[a-z0-9-]+(\.[a-z0-9-]+)+$/;
const DOMAIN = /^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+$/;

function stringsIn(value: unknown): string[] {
    if (typeof value === 'string') {
        return [value];
    }
    return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

describe('presets', () => {
    it('have unique ids and labels', () => {
        assert.equal(new Set(presets.map(({ id }) => id)).size, presets.length);
        assert.equal(new Set(presets.map(({ label }) => label)).size, presets.length);
    });

    it('claim each domain once, in lower case', () => {
        const domains = presets.flatMap(preset => preset.domains);
        assert.equal(new Set(domains).size, domains.length);
        assert.deepEqual(
            domains.filter(domain => !DOMAIN.test(domain)),
            []
        );
    });

    it('hold no empty text', () => {
        assert.ok(stringsIn(presets).every(text => text.trim() !== ''));
    });

    it('name well-formed hosts and no clear-text connection', () => {
        for (const { id, imap, smtp } of presets) {
            for (const server of [imap, smtp]) {
                assert.match(server.host, HOST, id);
                assert.ok(server.security === 'tls' || server.security === 'starttls', id);
            }
            assert.equal(imap.port, 993, id);
            assert.equal(smtp.port, smtp.security === 'tls' ? 465 : 587, id);
        }
    });

    it('give only positive whole limits', () => {
        for (const { id, limits } of presets) {
            assert.ok(
                Object.values(limits).every(limit => Number.isInteger(limit) && limit > 0),
                id
            );
        }
    });

    it('send by mail.gmx.net for GMX and by mail.gmx.com for its international brand', () => {
        assert.equal(findPreset('gmx')?.smtp.host, 'mail.gmx.net');
        assert.equal(findPreset('gmx-international')?.smtp.host, 'mail.gmx.com');
    });

    it('send by smtp-mail.outlook.com for Outlook.com and by smtp.office365.com for Microsoft 365', () => {
        assert.equal(findPreset('outlook')?.smtp.host, 'smtp-mail.outlook.com');
        assert.equal(findPreset('microsoft365')?.smtp.host, 'smtp.office365.com');
    });

    it('log in to WEB.DE with the part before the @', () => {
        assert.equal(findPreset('web-de')?.imap.user, 'local');
        assert.equal(findPreset('web-de')?.smtp.user, 'local');
    });

    it('log in to iCloud with different names for IMAP and SMTP', () => {
        assert.equal(findPreset('icloud')?.imap.user, 'local');
        assert.equal(findPreset('icloud')?.smtp.user, 'address');
    });

    it('promise no password login where only OAuth2 works', () => {
        const without = presets.filter(preset => !preset.passwordLogin);
        assert.deepEqual(
            without.map(({ id }) => id),
            ['microsoft365', 'outlook']
        );
        assert.ok(without.every(({ hints }) => hints.includes('oauth2-only')));
    });

    it('state no limit for providers that publish none', () => {
        for (const id of ['gmx', 'web-de', 't-online', 'strato', 'yahoo', 'posteo', 'ovh']) {
            assert.deepEqual(findPreset(id)?.limits, {}, id);
        }
    });

    it('renew IDLE in time for the servers that drop it early', () => {
        assert.equal(findPreset('yahoo')?.idleRestartSeconds, 170);
        assert.equal(findPreset('rambler')?.idleRestartSeconds, 55);
        assert.equal(findPreset('163')?.missingIdleCommand, 'STATUS');
    });

    it('know the junk folder that GMX and WEB.DE call by a name of their own', () => {
        const named = presets.filter(preset => preset.junkFolder === 'Spamverdacht');
        assert.deepEqual(
            named.map(({ id }) => id),
            ['gmx', 'web-de']
        );
    });
});

describe('findPreset', () => {
    it('knows nothing under an empty or unknown id', () => {
        assert.equal(findPreset(''), undefined);
        assert.equal(findPreset('constructor'), undefined);
    });
});

describe('presetForAddress', () => {
    it('finds the provider whatever the case of the domain', () => {
        assert.equal(presetForAddress('Anna.Beispiel@GMX.de')?.id, 'gmx');
        assert.equal(presetForAddress(' someone@yahoo.co.uk ')?.id, 'yahoo');
    });

    it('finds the tenant domains of Microsoft 365 but not their parent', () => {
        assert.equal(presetForAddress('sales@machines.onmicrosoft.com')?.id, 'microsoft365');
        assert.equal(presetForAddress('sales@onmicrosoft.com'), undefined);
        assert.equal(presetForAddress('sales@notonmicrosoft.com'), undefined);
    });

    it('does not take sub-domains or look-alikes for the provider', () => {
        for (const address of ['a@mail.gmx.de', 'a@xgmx.de', 'a@gmx.de.example', 'a@yahoo.co.jp']) {
            assert.equal(presetForAddress(address), undefined, address);
        }
    });

    it('finds nothing in what is no address', () => {
        for (const text of ['', 'gmx.de', '@gmx.de', 'a@', 'a@b@gmx.de', '${ADDRESS}']) {
            assert.equal(presetForAddress(text), undefined, text);
        }
    });
});
