import assert from 'node:assert/strict';
import { diagnoseReply } from '../../../src/smtp/reply-diagnosis';

/** Command, reply, and then code, kind and step of the diagnosis. */
const cases: Array<[command: string, reply: string, verdict: string]> = [
    // the account is at fault, or the server as a whole
    ['CONN', '421 4.7.0 too many connections', 'SERVER_REFUSED temporary greeting'],
    ['CONN', '554 5.7.1 your address is listed', 'SERVER_REFUSED configuration greeting'],
    ['EHLO', '421 4.3.2 going down', 'SERVER_REFUSED temporary connect'],
    ['EHLO', '550 bad name', 'SERVER_REFUSED configuration connect'],
    ['STARTTLS', '502 5.5.1 unknown command', 'STARTTLS_MISSING configuration tls'],
    ['STARTTLS', '454 4.7.0 TLS not available', 'TLS_FAILED temporary tls'],
    ['AUTH PLAIN', '535 5.7.8 wrong', 'CREDENTIALS_REJECTED credentials login'],
    ['AUTH LOGIN', '534 5.7.9 app password required', 'CREDENTIALS_REJECTED credentials login'],
    ['AUTH PLAIN', '454 4.7.0 temporary', 'SERVER_REFUSED temporary login'],
    ['AUTH PLAIN', '421 4.7.0 try later', 'SERVER_REFUSED temporary login'],
    ['AUTH PLAIN', '502 5.5.1 not implemented', 'SERVER_REFUSED configuration login'],
    ['AUTH PLAIN', '503 5.5.1 not enabled', 'SERVER_REFUSED configuration login'],
    ['MAIL FROM', '530 5.7.0 authentication required', 'SERVER_REFUSED configuration login'],
    // the message is at fault
    ['MAIL FROM', '450 4.7.1 later', 'SERVER_REFUSED temporary send'],
    ['MAIL FROM', '503 5.5.1 out of order', 'SERVER_REFUSED temporary send'],
    ['MAIL FROM', '550 5.7.60 not allowed to send as', 'SENDER_NOT_ALLOWED permanent send'],
    ['MAIL FROM', '552 5.3.4 too big', 'TOO_LARGE permanent send'],
    ['RCPT TO', '450 4.2.0 greylisted', 'RECIPIENTS_REFUSED temporary send'],
    ['RCPT TO', '452 4.5.3 too many recipients', 'RECIPIENTS_REFUSED temporary send'],
    ['RCPT TO', '550 5.1.1 unknown', 'RECIPIENTS_REFUSED permanent send'],
    ['RCPT TO', '552 5.2.2 mailbox full', 'RECIPIENTS_REFUSED permanent send'],
    ['DATA', '421 4.3.0 going down', 'SERVER_REFUSED temporary send'],
    ['DATA', '451 4.3.0 later', 'SERVER_REFUSED temporary send'],
    ['DATA', '552 5.3.4 too big', 'TOO_LARGE permanent send'],
    ['DATA', '552 5.2.2 mailbox full', 'SERVER_REFUSED permanent send'],
    ['DATA', '554 5.7.1 spam', 'SERVER_REFUSED permanent send']
];

describe('the meaning of a reply', () => {
    for (const [command, response, verdict] of cases) {
        it(`"${response}" to ${command} is ${verdict}`, () => {
            const { code, kind, step } = diagnoseReply({ command, response }, Number(response.slice(0, 3)));
            assert.equal(`${code} ${kind} ${step}`, verdict);
        });
    }
});
