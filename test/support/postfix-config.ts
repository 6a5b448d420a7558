import type { MailOwner } from './mail-owner';

export interface PostfixOptions {
    /** Domains whose mail is taken and kept; every other domain is refused. */
    domains?: readonly string[];
    /** The only addresses that exist; every address of the domains unless given. */
    recipients?: readonly string[];
    /** Certificate of STARTTLS and of the TLS port; a fresh one for localhost and 127.0.0.1 unless given. */
    certificate?: { key: string; cert: string };
    /** Demands a login, checked by a Dovecot that was started with `authService`. */
    loginAt?: { authPort: number };
    /** Further parameters of main.cf, e.g. `message_size_limit`. */
    parameters?: Readonly<Record<string, string>>;
}

export interface PostfixConfigParts extends PostfixOptions {
    folder: string;
    port: number;
    tlsPort: number;
    owner: MailOwner;
}

/** Mail to this domain is taken and then bounced, with a real delivery report to the sender. */
export const BOUNCING_DOMAIN = 'bounces.example';

/** Writes a main.cf for an instance that stays in its folder: no lookup in the DNS and no way out for any mail. */
export function postfixMainConfig(parts: PostfixConfigParts): string {
    const { folder, owner } = parts;
    const login = parts.loginAt !== undefined;
    const parameters: Record<string, string> = {
        compatibility_level: '3.6',
        queue_directory: `${folder}/queue`,
        data_directory: `${folder}/data`,
        maillog_file: '/dev/stdout',
        myhostname: 'mail.example.org',
        mydestination: '',
        alias_maps: '',
        local_recipient_maps: '',
        inet_interfaces: '127.0.0.1',
        inet_protocols: 'ipv4',
        notify_classes: '',
        smtpd_peername_lookup: 'no',
        disable_dns_lookups: 'yes',

        // everything that is not kept here ends in an error
        default_transport: 'error:no mail leaves this server',
        relay_transport: 'error:no mail leaves this server',
        local_transport: 'error:no local mail',
        relay_domains: BOUNCING_DOMAIN,
        relay_recipient_maps: '',
        transport_maps: `inline:{{${BOUNCING_DOMAIN} = bouncing:}}`,
        virtual_mailbox_domains: (parts.domains ?? ['example.org', 'example.com', 'example.net']).join(' '),
        virtual_mailbox_base: `${folder}/mail`,
        virtual_mailbox_maps: recipientTable(parts.recipients),
        virtual_minimum_uid: '1',
        virtual_uid_maps: `static:${owner.uid}`,
        virtual_gid_maps: `static:${owner.gid}`,

        smtpd_tls_cert_file: `${folder}/cert.pem`,
        smtpd_tls_key_file: `${folder}/key.pem`,
        smtpd_tls_security_level: 'may',
        smtpd_sasl_auth_enable: login ? 'yes' : 'no',
        smtpd_sasl_type: 'dovecot',
        smtpd_sasl_path: `inet:127.0.0.1:${parts.loginAt?.authPort ?? 0}`,
        smtpd_client_restrictions: login ? 'permit_sasl_authenticated, reject' : '',
        smtpd_relay_restrictions: 'reject_unauth_destination',
        smtpd_recipient_restrictions: 'reject_unauth_destination',
        // a refused client is told at once: tests have no time for a spammer's brake
        smtpd_error_sleep_time: '0',
        ...parts.parameters
    };
    return Object.entries(parameters)
        .map(([name, value]) => `${name} = ${value}\n`)
        .join('');
}

/** Only the services a receiving server needs, none of them in a chroot. */
export function postfixMasterConfig(parts: PostfixConfigParts): string {
    const tls = '-o smtpd_tls_wrappermode=yes';
    return [
        `127.0.0.1:${parts.port} inet n - n - - smtpd`,
        `127.0.0.1:${parts.tlsPort} inet n - n - - smtpd ${tls}`,
        'cleanup unix n - n - 0 cleanup',
        'qmgr unix n - n 300 1 qmgr',
        'tlsmgr unix - - n 1000? 1 tlsmgr',
        'rewrite unix - - n - - trivial-rewrite',
        'bounce unix - - n - 0 bounce',
        'defer unix - - n - 0 bounce',
        'trace unix - - n - 0 bounce',
        'error unix - - n - - error',
        // a program that says EX_NOUSER (sysexits.h): what would go to "error" is refused at once and never bounces
        'bouncing unix - n n - - pipe user=mail argv=/bin/sh -c {echo this mailbox does not exist; exit 67}',
        'retry unix - - n - - error',
        'virtual unix - n n - - virtual',
        'anvil unix - - n - 1 anvil',
        'postlog unix-dgram n - n - 1 postlogd',
        ''
    ].join('\n');
}

/** All mail goes into one Maildir; the recipient is in the field Delivered-To. */
function recipientTable(recipients: readonly string[] | undefined): string {
    return recipients === undefined
        ? 'static:inbox/'
        : `inline:{${recipients.map(address => `{${address} = inbox/}`).join(' ')}}`;
}
