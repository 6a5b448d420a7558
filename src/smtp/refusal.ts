import { MailError, MailErrorCode, type ErrorStep } from '../message/mail-error';

/** A message that cannot be sent as it is; trying again changes nothing. `problem` names the field. */
export function refusal(code: MailErrorCode, problem: string, remedy = '', step: ErrorStep = 'send'): MailError {
    return new MailError({ code, kind: 'permanent', step, problem, remedy });
}

/** A message that was given back because its node or account stops; nothing of it reached the server. */
export function stopped(account = ''): MailError {
    return new MailError({
        code: MailErrorCode.Closed,
        kind: 'temporary',
        step: 'send',
        account,
        problem: 'the node or its account was stopped before the message was sent',
        remedy: 'It was not sent.'
    });
}
