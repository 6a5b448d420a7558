import type { ConnectionOptions } from 'node:tls';

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
    login: { user: string; password: string } | null;
}
