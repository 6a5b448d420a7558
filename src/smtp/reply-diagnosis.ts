import { MailErrorCode, type ErrorKind } from '../message/mail-error';
import { tooLarge, type Diagnosis, type ForeignError } from './diagnosis';

/** RFC 3463: "message too big for system" and "message length exceeds administrative limit". */
const TOO_BIG = /\b5\.(3\.4|2\.3)\b/;
/**
 * Says what a 4xx or 5xx reply means. The command it answers tells whose fault it is: up to the login it is the
 * account's, from MAIL FROM on the message's.
 */
export function diagnoseReply(error: ForeignError, reply: number): Diagnosis {
    const command = error.command ?? '';
    const kind = kindOfReply(reply);
    if (command.startsWith('AUTH')) {
        return diagnoseLogin(reply);
    }
    if (command === 'STARTTLS') {
        return diagnoseStarttls(kind);
    }
    if (reply === 530) {
        return {
            code: MailErrorCode.ServerRefused,
            kind: 'configuration',
            step: 'login',
            problem: 'the server wants a login or encryption first',
            remedy: 'Set user name, password and security in the account.'
        };
    }
    if (command === 'RCPT TO') {
        return {
            code: MailErrorCode.RecipientsRefused,
            kind,
            step: 'send',
            problem: 'the server refused every recipient',
            remedy: kind === 'temporary' ? 'It may work later.' : 'Check the addresses.'
        };
    }
    if (command === 'DATA' || command === 'MAIL FROM') {
        return diagnoseMessage(error, command, reply, kind);
    }
    return {
        code: MailErrorCode.ServerRefused,
        kind: kind === 'permanent' ? 'configuration' : kind,
        step: command === 'CONN' ? 'greeting' : 'connect',
        problem: 'the server refused the connection',
        remedy: kind === 'temporary' ? 'It may work later.' : 'Ask the provider; the reason is in its words.'
    };
}

/** 503 says the session was out of step, not that the message is bad: a new connection may take it. */
function kindOfReply(reply: number): ErrorKind {
    return reply >= 500 && reply !== 503 ? 'permanent' : 'temporary';
}

function diagnoseLogin(reply: number): Diagnosis {
    if (reply < 500) {
        return {
            code: MailErrorCode.ServerRefused,
            kind: 'temporary',
            step: 'login',
            problem: 'the server does not take a login at the moment',
            remedy: 'It may work later.'
        };
    }
    if ([500, 502, 503, 504].includes(reply)) {
        return {
            code: MailErrorCode.ServerRefused,
            kind: 'configuration',
            step: 'login',
            problem: 'the server knows no login of this kind here',
            remedy: 'Choose another security and port, or no login, in the account.'
        };
    }
    return {
        code: MailErrorCode.CredentialsRejected,
        kind: 'credentials',
        step: 'login',
        problem: 'the server rejected user name or password',
        remedy: 'Check both; many providers want an app password and SMTP switched on in their settings.'
    };
}

function diagnoseStarttls(kind: ErrorKind): Diagnosis {
    if (kind === 'temporary') {
        return {
            code: MailErrorCode.TlsFailed,
            kind,
            step: 'tls',
            problem: 'the server cannot encrypt at the moment, so nothing secret was sent',
            remedy: 'It may work later.'
        };
    }
    return {
        code: MailErrorCode.StarttlsMissing,
        kind: 'configuration',
        step: 'tls',
        problem: 'the server does not offer STARTTLS, so nothing secret was sent',
        remedy: 'Choose TLS (port 465), or ask the provider.'
    };
}

function diagnoseMessage(error: ForeignError, command: string, reply: number, kind: ErrorKind): Diagnosis {
    if ((reply === 552 && command === 'MAIL FROM') || TOO_BIG.test(error.response ?? '')) {
        return tooLarge();
    }
    if (command === 'MAIL FROM' && kind === 'permanent') {
        return {
            code: MailErrorCode.SenderNotAllowed,
            kind,
            step: 'send',
            problem: 'the server refused the sender',
            remedy: 'Use an address that belongs to the login, or ask the provider to allow this one.'
        };
    }
    return {
        code: MailErrorCode.ServerRefused,
        kind,
        step: 'send',
        problem: 'the server refused the message',
        remedy: kind === 'temporary' ? 'It may work later.' : "The reason is in the server's words."
    };
}
