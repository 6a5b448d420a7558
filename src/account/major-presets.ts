import { imap, preset, smtp, type Preset } from './preset';

/** Country domains are listed one by one: yahoo.co.jp, for instance, is a different company with other servers. */
const YAHOO_COUNTRIES = 'de it fr es se co.in co.uk co.nz com.au com.ar com.br com.mx';
const AOL_COUNTRIES = 'de it fr es se co.uk co.nz com.au com.ar com.br com.mx';
const OUTLOOK_COUNTRIES = 'at be cz de dk es fr hu ie it pt sk com.au com.br';
const HOTMAIL_COUNTRIES = 'be ca de dk es fr it nl no se co.uk com.au com.br';
const LIVE_COUNTRIES = 'at be ca de dk fr ie it nl no se co.uk com.au com.mx';
const POSTEO_COUNTRIES = 'de at ch eu net org be dk es it nl pl uk co.uk us';

function inCountries(name: string, endings: string): string[] {
    return endings.split(' ').map(ending => `${name}.${ending}`);
}

/**
 * Providers asked for most. Hosts are those of Mozilla's ISPDB or of the provider's own help pages;
 * a limit is here only when the provider publishes it, so most have none.
 */
export const majorPresets: readonly Preset[] = [
    preset({
        id: 'gmail',
        label: 'Gmail',
        domains: ['gmail.com', 'googlemail.com'],
        imap: imap('imap.gmail.com'),
        smtp: smtp('smtp.gmail.com'),
        hints: ['app-password-two-step', 'oauth2-possible'],
        limits: { maxSizeMB: 25 }
    }),
    preset({
        id: 'google-workspace',
        label: 'Google Workspace',
        imap: imap('imap.gmail.com'),
        smtp: smtp('smtp.gmail.com'),
        hints: ['app-password-two-step', 'oauth2-possible'],
        // 100 recipients holds for SMTP; the 2000 of the same page hold for the web mail
        limits: { messagesPerDay: 2000, recipientsPerDay: 10_000, recipientsPerMessage: 100, maxSizeMB: 25 }
    }),
    preset({
        id: 'microsoft365',
        label: 'Microsoft 365',
        domains: ['*.onmicrosoft.com'],
        imap: imap('outlook.office365.com'),
        smtp: smtp('smtp.office365.com', { security: 'starttls' }),
        passwordLogin: false,
        hints: ['oauth2-only'],
        limits: { messagesPerMinute: 30, recipientsPerDay: 10_000, recipientsPerMessage: 500 }
    }),
    preset({
        id: 'outlook',
        label: 'Outlook.com, Hotmail, Live',
        domains: [
            'outlook.com',
            'hotmail.com',
            'live.com',
            'msn.com',
            'windowslive.com',
            ...inCountries('outlook', OUTLOOK_COUNTRIES),
            ...inCountries('hotmail', HOTMAIL_COUNTRIES),
            ...inCountries('live', LIVE_COUNTRIES)
        ],
        imap: imap('outlook.office365.com'),
        // not smtp.office365.com, which serves the customers of Microsoft 365
        smtp: smtp('smtp-mail.outlook.com', { security: 'starttls' }),
        passwordLogin: false,
        hints: ['oauth2-only'],
        // published for subscribers; free accounts get less, and no page says how much
        limits: { recipientsPerDay: 5000, recipientsPerMessage: 500, maxSizeMB: 25 }
    }),
    preset({
        id: 'icloud',
        label: 'iCloud',
        domains: ['icloud.com', 'me.com', 'mac.com'],
        // the two servers disagree about the login name
        imap: imap('imap.mail.me.com', { user: 'local' }),
        smtp: smtp('smtp.mail.me.com', { security: 'starttls' }),
        hints: ['app-password'],
        limits: { messagesPerDay: 1000, recipientsPerDay: 1000, recipientsPerMessage: 500, maxSizeMB: 20 }
    }),
    preset({
        id: 'gmx',
        label: 'GMX',
        domains: ['gmx.net', 'gmx.de', 'gmx.at', 'gmx.ch', 'gmx.eu', 'gmx.biz', 'gmx.org', 'gmx.info'],
        imap: imap('imap.gmx.net'),
        // "mail", not "smtp"
        smtp: smtp('mail.gmx.net'),
        hints: ['switch-on', 'app-password-two-factor'],
        junkFolder: 'Spamverdacht'
    }),
    preset({
        id: 'gmx-international',
        label: 'GMX (gmx.com)',
        domains: [
            'gmx.com',
            'gmx.us',
            'gmx.co.uk',
            'gmx.es',
            'gmx.fr',
            'gmx.it',
            'gmx.pt',
            'gmx.se',
            'gmx.ie',
            'gmx.ca'
        ],
        imap: imap('imap.gmx.com'),
        smtp: smtp('mail.gmx.com')
    }),
    preset({
        id: 'web-de',
        label: 'WEB.DE',
        domains: ['web.de'],
        imap: imap('imap.web.de', { user: 'local' }),
        smtp: smtp('smtp.web.de', { user: 'local' }),
        hints: ['switch-on'],
        junkFolder: 'Spamverdacht'
    }),
    preset({
        id: 't-online',
        label: 'T-Online',
        domains: ['t-online.de', 'magenta.de'],
        imap: imap('secureimap.t-online.de'),
        smtp: smtp('securesmtp.t-online.de'),
        hints: ['separate-password']
    }),
    preset({
        id: 'strato',
        label: 'Strato',
        domains: ['strato.de', 'rzone.de'],
        imap: imap('imap.strato.de'),
        smtp: smtp('smtp.strato.de')
    }),
    preset({
        id: 'ionos',
        label: 'IONOS / 1&1',
        domains: ['online.de', 'onlinehome.de', 'kundenserver.de', 'schlund.de'],
        imap: imap('imap.1und1.de'),
        smtp: smtp('smtp.1und1.de'),
        limits: { recipientsPerMessage: 200 }
    }),
    preset({
        id: 'mailbox-org',
        label: 'mailbox.org',
        domains: ['mailbox.org'],
        imap: imap('imap.mailbox.org'),
        smtp: smtp('smtp.mailbox.org'),
        hints: ['app-password-two-factor']
    }),
    preset({
        id: 'yahoo',
        label: 'Yahoo',
        domains: ['yahoo.com', 'ymail.com', 'rocketmail.com', ...inCountries('yahoo', YAHOO_COUNTRIES)],
        imap: imap('imap.mail.yahoo.com'),
        smtp: smtp('smtp.mail.yahoo.com'),
        hints: ['app-password'],
        // the server drops an IDLE after three minutes
        idleRestartSeconds: 170
    }),
    preset({
        id: 'aol',
        label: 'AOL',
        domains: ['aol.com', 'aim.com', 'netscape.net', ...inCountries('aol', AOL_COUNTRIES)],
        imap: imap('imap.aol.com'),
        smtp: smtp('smtp.aol.com'),
        hints: ['app-password']
    }),
    preset({
        id: 'fastmail',
        label: 'Fastmail',
        domains: ['fastmail.com'],
        imap: imap('imap.fastmail.com'),
        smtp: smtp('smtp.fastmail.com'),
        hints: ['app-password']
    }),
    preset({
        id: 'zoho',
        label: 'Zoho',
        domains: ['zoho.com', 'zohomail.com'],
        imap: imap('imap.zoho.com'),
        smtp: smtp('smtp.zoho.com'),
        hints: ['switch-on', 'app-password-two-factor']
    }),
    // an account lives in one data centre, and the others refuse its login
    ...['zoho.eu', 'zoho.in', 'zoho.com.au', 'zoho.jp', 'zohocloud.ca'].map(centre =>
        preset({
            id: centre.replaceAll('.', '-'),
            label: `Zoho (${centre})`,
            imap: imap(`imap.${centre}`),
            smtp: smtp(`smtp.${centre}`),
            hints: ['switch-on', 'app-password-two-factor']
        })
    ),
    preset({
        id: 'posteo',
        label: 'Posteo',
        domains: inCountries('posteo', POSTEO_COUNTRIES),
        imap: imap('posteo.de'),
        smtp: smtp('posteo.de')
    }),
    preset({
        id: 'vodafone',
        label: 'Vodafone, Arcor, kabelmail',
        domains: ['vodafonemail.de', 'vodafone.de', 'arcor.de', 'kabelmail.de'],
        imap: imap('imap.vodafonemail.de'),
        smtp: smtp('smtp.vodafonemail.de')
    }),
    preset({
        id: 'hetzner',
        label: 'Hetzner',
        imap: imap('mail.your-server.de'),
        smtp: smtp('mail.your-server.de')
    }),
    preset({
        id: 'mail-com',
        label: 'mail.com',
        domains: ['mail.com', 'email.com', 'post.com', 'usa.com', 'consultant.com', 'engineer.com', 'europe.com'],
        imap: imap('imap.mail.com'),
        smtp: smtp('smtp.mail.com')
    })
];
