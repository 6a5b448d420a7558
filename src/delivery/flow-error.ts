import { MailError, MailErrorCode } from '../message/mail-error';

/** What a mail's way through the flow has failed with; `reason` is the flow's own word for it. */
export function flowError(folder: string, reason: string): MailError {
    return new MailError({
        code: MailErrorCode.FlowFailed,
        kind: 'temporary',
        step: 'flow',
        account: folder,
        problem: `the flow did not finish with the mail: ${reason}`
    });
}
