import { imap, preset, smtp, type Preset } from './preset';

/** Hosting companies and the providers of single countries; hosts from Mozilla's ISPDB. */
export const regionalPresets: readonly Preset[] = [
    preset({ id: 'ovh', label: 'OVH', imap: imap('ssl0.ovh.net'), smtp: smtp('ssl0.ovh.net') }),
    preset({ id: 'one-com', label: 'one.com', imap: imap('imap.one.com'), smtp: smtp('send.one.com') }),
    preset({ id: 'gandi', label: 'Gandi', imap: imap('mail.gandi.net'), smtp: smtp('mail.gandi.net') }),
    preset({
        id: 'bluewin',
        label: 'Bluewin',
        domains: ['bluewin.ch', 'bluemail.ch'],
        imap: imap('imaps.bluewin.ch'),
        smtp: smtp('smtpauths.bluewin.ch')
    }),
    preset({
        id: 'a1',
        label: 'A1',
        domains: ['a1.net'],
        imap: imap('securemail.a1.net'),
        smtp: smtp('securemail.a1.net', { security: 'starttls' })
    }),
    preset({
        id: 'free-fr',
        label: 'Free',
        domains: ['free.fr'],
        imap: imap('imap.free.fr', { user: 'local' }),
        smtp: smtp('smtp.free.fr', { user: 'local' })
    }),
    preset({
        id: 'orange-fr',
        label: 'Orange',
        domains: ['orange.fr', 'wanadoo.fr'],
        imap: imap('imap.orange.fr'),
        smtp: smtp('smtp.orange.fr')
    }),
    preset({
        id: 'laposte',
        label: 'La Poste',
        domains: ['laposte.net'],
        imap: imap('imap.laposte.net', { user: 'local' }),
        smtp: smtp('smtp.laposte.net', { user: 'local' })
    }),
    preset({
        id: 'libero',
        label: 'Libero',
        domains: ['libero.it'],
        imap: imap('imapmail.libero.it'),
        smtp: smtp('smtp.libero.it')
    }),
    preset({
        id: 'seznam',
        label: 'Seznam',
        domains: ['seznam.cz'],
        imap: imap('imap.seznam.cz'),
        smtp: smtp('smtp.seznam.cz')
    }),
    preset({
        id: 'wp-pl',
        label: 'WP',
        domains: ['wp.pl'],
        imap: imap('imap.wp.pl', { user: 'local' }),
        smtp: smtp('smtp.wp.pl', { user: 'local' })
    }),
    preset({
        id: 'o2-pl',
        label: 'o2.pl',
        domains: ['o2.pl', 'go2.pl', 'tlen.pl'],
        imap: imap('poczta.o2.pl', { user: 'local' }),
        smtp: smtp('poczta.o2.pl', { user: 'local' })
    }),
    preset({
        id: 'yandex',
        label: 'Yandex',
        domains: ['yandex.com', 'yandex.ru', 'yandex.by', 'yandex.kz', 'ya.ru'],
        imap: imap('imap.yandex.com'),
        smtp: smtp('smtp.yandex.com'),
        hints: ['switch-on']
    }),
    preset({
        id: 'mail-ru',
        label: 'Mail.ru',
        domains: ['mail.ru', 'inbox.ru', 'list.ru', 'bk.ru'],
        imap: imap('imap.mail.ru'),
        smtp: smtp('smtp.mail.ru')
    }),
    preset({
        id: 'rambler',
        label: 'Rambler',
        domains: ['rambler.ru'],
        imap: imap('imap.rambler.ru'),
        smtp: smtp('smtp.rambler.ru'),
        idleRestartSeconds: 55
    }),
    preset({
        id: 'naver',
        label: 'Naver',
        domains: ['naver.com'],
        imap: imap('imap.naver.com'),
        smtp: smtp('smtp.naver.com')
    }),
    preset({ id: 'qq', label: 'QQ', domains: ['qq.com'], imap: imap('imap.qq.com'), smtp: smtp('smtp.qq.com') }),
    preset({
        id: '163',
        label: '163',
        domains: ['163.com'],
        imap: imap('imap.163.com'),
        smtp: smtp('smtp.163.com'),
        // no IDLE, and NOOP does not count as activity there
        idleRestartSeconds: 55,
        missingIdleCommand: 'STATUS'
    })
];
