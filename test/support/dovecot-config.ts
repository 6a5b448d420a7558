import { execFileSync } from 'node:child_process';
import { userInfo } from 'node:os';

export type MailStorage = 'maildir' | 'sdbox';

export interface DovecotOptions {
    /** Names and passwords; one user `anna` with password `secret` unless given. */
    users?: Readonly<Record<string, string>>;
    storage?: MailStorage;
    /** Offer the imaps port and STARTTLS on the plain one (default true); Dovecot cannot offer only one of the two. */
    tls?: boolean;
    /** A fresh one for localhost and 127.0.0.1 unless given. */
    certificate?: { key: string; cert: string };
    /** Default `plain login`, with `introspectionUrl` also `xoauth2 oauthbearer`. */
    authMechanisms?: string;
    /** Where Dovecot asks what a token is worth (RFC 7662), with name and password in it; none (default): no OAuth2. */
    introspectionUrl?: string;
    /** Allow a password without TLS (default true, because tests listen in on plain connections). */
    plaintextAuth?: boolean;
    /** Dovecot's `mail_max_userip_connections`, default 100. */
    maxConnectionsPerUser?: number;
    /** Folders that exist from the start, with their special use or null; the usual five unless given. */
    folders?: Readonly<Record<string, string | null>>;
    /** Check names and passwords for a Postfix too, on `authPort`. */
    authService?: boolean;
    /** Further lines of dovecot.conf. */
    extraConfig?: string;
}

export interface ConfigParts extends DovecotOptions {
    folder: string;
    imapPort: number;
    imapsPort: number;
    authPort: number;
    /** The system user that owns the mails. */
    mailUid: number;
    mailGid: number;
}

const TOKEN_MECHANISMS = 'xoauth2 oauthbearer';
const USUAL_FOLDERS = {
    Drafts: '\\Drafts',
    Sent: '\\Sent',
    Trash: '\\Trash',
    Junk: '\\Junk',
    Archive: '\\Archive'
};

/** Writes a dovecot.conf (Dovecot 2.3) for a private instance that never leaves its folder and the loopback address. */
export function dovecotConfig(parts: ConfigParts): string {
    const { folder } = parts;
    const tls = parts.tls ?? true;
    return `
protocols = imap
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = /dev/stderr
listen = 127.0.0.1
shutdown_clients = yes
${asNormalUser()}
# a test needs far fewer processes than a real server reckons with
default_process_limit = 50
default_client_limit = 500

service imap-login {
  ${privateService()}
  inet_listener imap {
    port = ${parts.imapPort}
  }
  inet_listener imaps {
    port = ${tls ? parts.imapsPort : 0}
    ssl = yes
  }
}
service imap {
  process_limit = 200
}
service anvil {
  ${privateService()}
}

ssl = ${tls ? 'yes' : 'no'}
ssl_cert = <${folder}/cert.pem
ssl_key = <${folder}/key.pem

auth_mechanisms = ${parts.authMechanisms ?? (parts.introspectionUrl ? `plain login ${TOKEN_MECHANISMS}` : 'plain login')}
disable_plaintext_auth = ${parts.plaintextAuth === false ? 'yes' : 'no'}
# a wrong password is answered at once: tests have no time for a brute-force brake
auth_failure_delay = 0
${parts.introspectionUrl ? tokenPassdb(folder) : ''}
passdb {
  driver = passwd-file
  args = ${folder}/passwords
}
userdb {
  driver = static
  args = uid=${parts.mailUid} gid=${parts.mailGid} home=${folder}/mail/%u
}
first_valid_uid = 1

mail_location = ${parts.storage === 'sdbox' ? 'sdbox:~/sdbox' : 'maildir:~/Maildir:UTF-8'}
mail_max_userip_connections = ${parts.maxConnectionsPerUser ?? 100}
# inotify does not work everywhere; clients in IDLE must hear of new mail at once all the same
mailbox_idle_check_interval = 1 s
namespace inbox {
  inbox = yes
  separator = /
${folderBlocks(parts.folders ?? USUAL_FOLDERS)}
}
${parts.authService ? authListener(parts.authPort) : ''}
${parts.extraConfig ?? ''}
`;
}

/** One line per user; the password is encoded because `:` would end it. */
export function passwordFile(users: Readonly<Record<string, string>>): string {
    return Object.entries(users)
        .map(([name, password]) => `${name}:{PLAIN.b64}${Buffer.from(password).toString('base64')}::::::\n`)
        .join('');
}

/** The settings of the passdb that checks tokens: who the token is for must be who logs in. */
export function oauth2File(introspectionUrl: string): string {
    return `introspection_url = ${introspectionUrl}
introspection_mode = post
username_attribute = sub
active_attribute = active
active_value = true
`;
}

function tokenPassdb(folder: string): string {
    return `passdb {\n  driver = oauth2\n  mechanisms = ${TOKEN_MECHANISMS}\n  args = ${folder}/oauth2.conf\n}`;
}

function folderBlocks(folders: Readonly<Record<string, string | null>>): string {
    return Object.entries(folders)
        .map(
            ([name, specialUse]) =>
                `  mailbox "${name}" {\n    auto = subscribe\n${specialUse ? `    special_use = ${specialUse}\n` : ''}  }`
        )
        .join('\n');
}

function authListener(port: number): string {
    return `service auth {\n  inet_listener {\n    address = 127.0.0.1\n    port = ${port}\n  }\n}`;
}

/** Without root Dovecot can neither change users nor roots: everything runs as the one user there is. */
function asNormalUser(): string {
    if (process.getuid?.() === 0) {
        return '';
    }
    const { username } = userInfo();
    const group = execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim();
    return [
        `default_internal_user = ${username}`,
        `default_login_user = ${username}`,
        `default_internal_group = ${group}`
    ].join('\n');
}

function privateService(): string {
    return process.getuid?.() === 0 ? '' : 'chroot =';
}
