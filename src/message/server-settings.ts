import type { ConnectionOptions } from 'node:tls';
import type { MailError } from './mail-error';

/** `starttls` means required: without it the connection is refused before any credential is sent. */
export type Security = 'tls' | 'starttls' | 'none';

/** How to reach a server; what IMAP and SMTP accounts have in common. */
export interface ServerSettings {
    /** The account as the user knows it, for errors: its name, else user at host. */
    label: string;
    host: string;
    port: number;
    security: Security;
    /** Options for node:tls; certificates are verified unless the account says otherwise. */
    tls: ConnectionOptions;
    /** null: the server is used without a login. */
    login: Login | null;
}

export interface PasswordLogin {
    user: string;
    password: string;
}

/** OAuth2: the user names the mailbox, the tokens come from a sign-in. */
export interface TokenLogin {
    user: string;
    tokens: TokenSource;
}

export type Login = PasswordLogin | TokenLogin;

/** What a server is given at a login: SASL PLAIN and the like, or XOAUTH2 and OAUTHBEARER (RFC 7628). */
export type GivenLogin = PasswordLogin | { user: string; accessToken: string };

/** Access tokens for one account. Every method may reject with a MailError, which names the account. */
export interface TokenSource {
    /** A token that is valid for some minutes. Rejects at once after `refused`, until somebody signs in again. */
    token(): Promise<string>;
    /** Another token in place of one that the mail server has rejected. */
    renew(rejected: string): Promise<string>;
    /** The mail server has rejected a renewed token too. Returns what to say about it. */
    refused(rejection: MailError): MailError;
}
