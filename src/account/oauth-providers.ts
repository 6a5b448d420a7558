/** How somebody signs in: in a browser (RFC 6749 section 4.1), on another device (RFC 8628), or not at all (section 4.4). */
export type OAuthFlow = 'code' | 'device' | 'client';
export const OAUTH_FLOWS = ['code', 'device', 'client'] as const satisfies readonly OAuthFlow[];

export type OAuthProviderId = 'google' | 'microsoft' | 'custom';
export const OAUTH_PROVIDERS = ['google', 'microsoft', 'custom'] as const satisfies readonly OAuthProviderId[];

/** What is known about a provider; an empty text is entered by the user, or does not exist there. */
export interface OAuthProvider {
    /** Those by which mail can be reached. */
    flows: readonly OAuthFlow[];
    /** `{tenant}` stands for the organisation. */
    authorizeUrl: string;
    tokenUrl: string;
    deviceUrl: string;
    revokeUrl: string;
    /** As the provider names itself in its answers (RFC 9207); empty when that varies. */
    issuer: string;
    scopes: Readonly<Partial<Record<OAuthFlow, string>>>;
    /** Further parameters of the page on which the user agrees. */
    authorizeParameters: Readonly<Record<string, string>>;
    /** The mail servers for which its tokens are made: these domains and those below them. */
    mailDomains: readonly string[];
}

/**
 * Google's device flow allows no mail scope, and its app-only access wants a signed assertion, so both are left out.
 * Without `prompt=consent` a second consent brings no refresh token.
 *
 * developers.google.com/gmail/imap/xoauth2-protocol, developers.google.com/identity/protocols/oauth2/web-server,
 * developers.google.com/identity/protocols/oauth2/limited-input-device
 */
const google: OAuthProvider = {
    flows: ['code'],
    authorizeUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
    tokenUrl: 'https://oauth2.googleapis.com/token',
    deviceUrl: '',
    revokeUrl: 'https://oauth2.googleapis.com/revoke',
    issuer: 'https://accounts.google.com',
    scopes: { code: 'openid email https://mail.google.com/' },
    authorizeParameters: { access_type: 'offline', prompt: 'consent' },
    mailDomains: ['gmail.com', 'googlemail.com', 'google.com']
};

const MICROSOFT_USER_SCOPES =
    'openid profile offline_access https://outlook.office.com/IMAP.AccessAsUser.All ' +
    'https://outlook.office.com/SMTP.Send';

/**
 * The scopes carry their resource: without it the token is for Graph, and IMAP refuses it. App-only access has another
 * resource and no choice of scopes.
 *
 * learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth,
 * learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
 */
const microsoft: OAuthProvider = {
    flows: ['code', 'device', 'client'],
    authorizeUrl: 'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize',
    tokenUrl: 'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token',
    deviceUrl: 'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/devicecode',
    revokeUrl: '',
    issuer: '',
    scopes: {
        code: MICROSOFT_USER_SCOPES,
        device: MICROSOFT_USER_SCOPES,
        client: 'https://outlook.office365.com/.default'
    },
    authorizeParameters: {},
    mailDomains: ['office365.com', 'outlook.com', 'office.com', 'hotmail.com']
};

const custom: OAuthProvider = {
    flows: OAUTH_FLOWS,
    authorizeUrl: '',
    tokenUrl: '',
    deviceUrl: '',
    revokeUrl: '',
    issuer: '',
    scopes: {},
    authorizeParameters: {},
    mailDomains: []
};

export const oauthProviders: Readonly<Record<OAuthProviderId, OAuthProvider>> = { google, microsoft, custom };

/** Names of Microsoft's that stand for no single organisation. */
export const SHARED_TENANTS: readonly string[] = ['common', 'organizations', 'consumers'];
