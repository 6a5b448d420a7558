import type { Security } from '../message/server-settings';

/** One server of a provider. `user` says which login name it wants: the whole address or the part before the "@". */
export interface PresetServer {
    host: string;
    port: number;
    security: Exclude<Security, 'none'>;
    user: 'address' | 'local';
}

/** What a user has to know before the first login; the editor's catalogue holds a sentence for each. */
export type PresetHint =
    | 'app-password'
    | 'app-password-two-step'
    | 'app-password-two-factor'
    | 'separate-password'
    | 'switch-on'
    | 'oauth2-only'
    | 'oauth2-possible';

/** Limits the provider itself publishes for sending; names as in the properties of smtp-account. */
export interface SendingLimits {
    messagesPerMinute?: number;
    messagesPerDay?: number;
    recipientsPerDay?: number;
    recipientsPerMessage?: number;
    maxSizeMB?: number;
}

export interface Preset {
    /** Saved in flows; never changes its meaning. */
    id: string;
    label: string;
    /** Lower case; `*.example.com` stands for every sub-domain. Empty for hosting of the customers' own domains. */
    domains: readonly string[];
    imap: PresetServer;
    smtp: PresetServer;
    /** False where the provider accepts OAuth2 alone. */
    passwordLogin: boolean;
    hints: readonly PresetHint[];
    limits: SendingLimits;
    /** Where IDLE has to be renewed sooner than the standard's 29 minutes. */
    idleRestartSeconds?: number;
    /** The command that shows new mail on a server without IDLE. */
    missingIdleCommand?: 'STATUS';
    /** Name of the junk folder where neither SPECIAL-USE nor the usual names find it. */
    junkFolder?: string;
}

interface ServerParts {
    security?: 'starttls';
    user?: 'local';
}

/** An IMAP server on the TLS port unless `parts` say otherwise. */
export function imap(host: string, parts: ServerParts = {}): PresetServer {
    return { host, port: 993, security: 'tls', user: 'address', ...parts };
}

/** An SMTP server on the TLS port, or on the submission port when it wants STARTTLS. */
export function smtp(host: string, parts: ServerParts = {}): PresetServer {
    return { host, port: parts.security === 'starttls' ? 587 : 465, security: 'tls', user: 'address', ...parts };
}

type PresetParts = Pick<Preset, 'id' | 'label' | 'imap' | 'smtp'> & Partial<Preset>;

/** Fills in what most providers have: no hints, no limits, login by password. */
export function preset(parts: PresetParts): Preset {
    return { domains: [], passwordLogin: true, hints: [], limits: {}, ...parts };
}
