import type { ServerSettings } from '../message/server-settings';
import { SMTP_PROBE_TIMEOUTS, SmtpProbeConnection, type ProbeTimeouts } from '../smtp/probe-connection';
import type { SendingSettings } from '../smtp/sending-settings';
import { certificateFacts, watchCertificate, type CertificateFacts } from './certificate';
import { lookUp } from './look-up';
import { reportFailedWay, tlsStep } from './probe-imap';
import { failed, passed, reportToken, skipped, warning, type ProbeStep, type ReportStep } from './probe-report';
import { buildTestMail, type Arrival } from './test-mail';

export interface SmtpProbe {
    server: ServerSettings;
    settings: SendingSettings;
    /** Waits for the test mail in the linked mailbox; null when none is linked. */
    arrival: ((token: string, signal: AbortSignal) => Promise<Arrival | null>) | null;
    timeouts?: ProbeTimeouts;
}

/**
 * Tests an SMTP account step by step and sends one mail to its own address. Never rejects: what fails is a step with
 * its remedy. Returns true when the account can send; warnings do not count.
 */
export async function probeSmtp(probe: SmtpProbe, report: ReportStep, signal: AbortSignal): Promise<boolean> {
    const { server } = probe;
    if (!(await reportToken(server.login, report)) || !(await lookUp(server.host, server.label, report))) {
        return false;
    }
    let facts: CertificateFacts | null = null;
    const tls = watchCertificate(server.tls, certificate => (facts = certificateFacts(certificate)));
    const connection = new SmtpProbeConnection({ ...server, tls }, probe.timeouts ?? SMTP_PROBE_TIMEOUTS);
    const stop = (): void => connection.close();
    signal.addEventListener('abort', stop, { once: true });
    try {
        try {
            await connection.connect();
        } catch (error) {
            await reportFailedWay(server, error, report);
            return false;
        }
        report(passed('connect', 'port', { port: server.port }));
        report(tlsStep(server, facts));
        return (await logIn(connection, server, report)) && (await sendTestMail(connection, probe, report, signal));
    } finally {
        signal.removeEventListener('abort', stop);
        connection.close();
    }
}

async function logIn(connection: SmtpProbeConnection, server: ServerSettings, report: ReportStep): Promise<boolean> {
    if (!server.login) {
        report(skipped('login'));
        return true;
    }
    try {
        await connection.login();
        report(passed('login', 'login', { user: server.login.user }));
        return true;
    } catch (error) {
        report(failed('login', error));
        return false;
    }
}

async function sendTestMail(
    connection: SmtpProbeConnection,
    probe: SmtpProbe,
    report: ReportStep,
    signal: AbortSignal
): Promise<boolean> {
    report(sizeStep(connection.maxSize, probe.settings.limits.maxBytes));
    const to = probe.settings.sender.address;
    let token: string;
    try {
        const test = await buildTestMail(probe.settings);
        token = test.token;
        await connection.send(test.mail);
        report(passed('test-mail', 'test-mail', { to }));
    } catch (error) {
        report(failed('test-mail', error));
        return false;
    }
    if (!probe.arrival) {
        report(skipped('arrival', 'no-inbox'));
        return true;
    }
    try {
        report(arrivalStep(await probe.arrival(token, signal)));
    } catch (error) {
        // the server took the mail: an unreachable mailbox is the trouble of the other account
        report({ ...failed('arrival', error), outcome: 'warning' });
    }
    return true;
}

function sizeStep(maxSize: number, ownLimit: number): ProbeStep {
    if (maxSize === 0) {
        return passed('size', 'size-unknown');
    }
    const number = Math.round((maxSize / 1024 / 1024) * 10) / 10;
    return ownLimit > maxSize ? warning('size', 'size-too-high', { number }) : passed('size', 'size', { number });
}

function arrivalStep(arrival: Arrival | null): ProbeStep {
    if (arrival === null) {
        return warning('arrival', 'not-arrived');
    }
    const { folder, isJunk, seconds, notRemoved } = arrival;
    if (notRemoved) {
        return { ...warning('arrival', 'not-removed', { folder, seconds }), error: notRemoved };
    }
    return isJunk
        ? warning('arrival', 'arrived-in-junk', { folder, seconds })
        : passed('arrival', 'arrived', { folder, seconds });
}
