import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { SignInView } from '../../../src/account/oauth-sign-in';
import { errorReport } from '../../../src/account/probe-report';
import { MailError } from '../../../src/message/mail-error';
import { PAGE_HEADERS, signInPage } from '../../../src/runtime/oauth-page';

const EVIL = `<img src=x onerror='alert("1")'>&amp;</p>`;

function refused(response: string): SignInView {
    const error = new MailError({
        code: 'SIGN_IN_REQUIRED',
        kind: 'credentials',
        step: 'sign-in',
        problem: 'the sign-in was refused',
        remedy: 'Sign in again.',
        response
    });
    return { state: 'failed', user: '', error: errorReport(error) };
}

function signedIn(user: string): SignInView {
    return { state: 'signed-in', user, error: null };
}

function language(acceptLanguage: unknown): string | undefined {
    return /<html lang="(\w+)">/.exec(signInPage(null, acceptLanguage))?.[1];
}

describe('the page on which a browser ends', () => {
    it('makes markup of nothing that came from outside', () => {
        for (const view of [refused(EVIL), signedIn(EVIL)]) {
            const page = signInPage(view, `"><script>alert(1)</script>,de`);
            assert.ok(!page.includes('<img') && !page.includes('<script'), page);
            assert.ok(
                page.includes('&lt;img src=x onerror=&#39;alert(&quot;1&quot;)&#39;&gt;&amp;amp;&lt;/p&gt;'),
                page
            );
        }
    });

    it('says who signed in, what was refused, and that nobody waits', () => {
        assert.match(signInPage(signedIn('anna@shop.example'), ''), /Signed in.*anna@shop\.example.*close this tab/);
        assert.doesNotMatch(signInPage(signedIn(''), ''), /<p><\/p>/);
        const page = signInPage(refused('access_denied: no'), 'de');
        assert.match(
            page,
            /fehlgeschlagen.*the sign-in was refused\. Sign in again\..*Der Anbieter sagt: access_denied: no/
        );
        assert.doesNotMatch(signInPage(refused(''), ''), /The provider said/);
        assert.match(signInPage(null, ''), /Nobody is waiting/);
    });

    it('speaks the first language of the browser that it has', () => {
        const cases: Array<[unknown, string]> = [
            ['de-AT,de;q=0.9,en;q=0.8', 'de'],
            ['fr, DE', 'de'],
            ['en-GB,de', 'en'],
            ['fr', 'en'],
            ['', 'en'],
            [undefined, 'en'],
            [['de'], 'en'],
            [','.repeat(1_000_000), 'en']
        ];
        for (const [header, expected] of cases) {
            assert.equal(language(header), expected, String(header).slice(0, 30));
        }
    });

    it('needs no rule of its policy to be loosened', () => {
        const page = signInPage(signedIn('anna'), '');
        const style = /<style>(.*)<\/style>/.exec(page)?.[1] ?? '';
        const hash = createHash('sha256').update(style).digest('base64');
        assert.ok(PAGE_HEADERS['content-security-policy']?.includes(`'sha256-${hash}'`));
        assert.doesNotMatch(page, / style=| on\w+=|<(script|link|img|iframe|form)\b/);
    });
});
