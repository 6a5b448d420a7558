import { ImapConnection, type ConnectionTimeouts, type ImapServer } from '../imap/connection';
import { listFolders, type FolderEntry } from '../imap/folder-list';
import { myRights } from '../imap/my-rights';
import { OpenFolder } from '../imap/open-folder';
import { MailError, MailErrorCode } from '../message/mail-error';
import {
    certificateFacts,
    EXPIRY_WARNING_DAYS,
    lookAtCertificate,
    watchCertificate,
    type CertificateFacts
} from './certificate';
import type { ImapAccountSettings } from './imap-account';
import { lookUp } from './look-up';
import {
    failed,
    passed,
    reportToken,
    reportWayUntil,
    skipped,
    warning,
    type ProbeStep,
    type ReportStep
} from './probe-report';

/** A person waits for the answer: shorter than for a connection that is tried again for ever. */
export const PROBE_TIMEOUTS: Readonly<ConnectionTimeouts> = {
    connectMs: 15_000,
    greetingMs: 15_000,
    openMs: 30_000,
    commandMs: 15_000,
    logoutMs: 1_000
};

/** What makes a difference to flows; a server without MOVE and UIDPLUS can neither move nor delete safely. */
const CAPABILITIES = ['IDLE', 'MOVE', 'UIDPLUS', 'CONDSTORE', 'SPECIAL-USE'] as const;

export interface ImapProbe {
    /** True when flows can use the account; warnings do not count. */
    ok: boolean;
    folders: FolderEntry[];
}

/**
 * Tests an IMAP account on a connection of its own, step by step. Changes nothing on the server. Never rejects: what
 * fails is a step with its remedy. Aborting `signal` closes the connection.
 */
export async function probeImap(
    settings: ImapAccountSettings,
    report: ReportStep,
    signal: AbortSignal,
    timeouts: ConnectionTimeouts = PROBE_TIMEOUTS
): Promise<ImapProbe> {
    const { server } = settings;
    if (!(await reportToken(server.login, report)) || !(await lookUp(server.host, server.label, report))) {
        return { ok: false, folders: [] };
    }
    let facts: CertificateFacts | null = null;
    const tls = watchCertificate(server.tls, certificate => (facts = certificateFacts(certificate)));
    let connection: ImapConnection;
    try {
        connection = await ImapConnection.open({ ...server, tls }, timeouts);
    } catch (error) {
        await reportFailedWay(server, error, report);
        return { ok: false, folders: [] };
    }
    const stop = (): void => connection.client.close();
    signal.addEventListener('abort', stop, { once: true });
    try {
        if (signal.aborted) {
            stop();
        }
        report(passed('connect', 'port', { port: server.port }));
        report(tlsStep(server, facts));
        report(server.login ? passed('login', 'login', { user: server.login.user }) : skipped('login'));
        return await lookAround(connection, settings, report);
    } finally {
        signal.removeEventListener('abort', stop);
        await connection.close();
    }
}

/** The steps until the one that failed; a certificate that was not accepted is shown. */
export async function reportFailedWay(
    server: Pick<ImapServer, 'host' | 'port' | 'security' | 'tls' | 'login' | 'label'>,
    error: unknown,
    report: ReportStep
): Promise<void> {
    const isCertificate = error instanceof MailError && error.code === MailErrorCode.Certificate;
    const facts = isCertificate ? await lookAtCertificate(server) : null;
    reportWayUntil(error, ['look-up'], step =>
        report(facts && step.step === 'tls' ? { ...step, note: 'certificate', values: { ...facts } } : step)
    );
}

/** What there is to say about the encryption of a connection that came about. */
export function tlsStep(
    { security, tls }: Pick<ImapServer, 'security' | 'tls'>,
    facts: CertificateFacts | null
): ProbeStep {
    if (security === 'none') {
        return warning('tls', 'clear-text');
    }
    if (tls.rejectUnauthorized === false) {
        return warning('tls', 'not-verified');
    }
    if (!facts) {
        return passed('tls');
    }
    const values = { ...facts };
    return facts.daysLeft < EXPIRY_WARNING_DAYS
        ? warning('tls', 'certificate-ends', values)
        : passed('tls', 'certificate', values);
}

async function lookAround(
    connection: ImapConnection,
    settings: ImapAccountSettings,
    report: ReportStep
): Promise<ImapProbe> {
    report(capabilityStep(connection.client.capabilities));
    let folders: FolderEntry[] = [];
    try {
        folders = await listFolders(connection);
        report(folderStep(folders));
    } catch (error) {
        report(failed('folders', error));
        return { ok: false, folders };
    }
    try {
        report(await inboxStep(connection, settings));
    } catch (error) {
        report(failed('inbox', error));
        return { ok: false, folders };
    }
    report(await aclStep(connection));
    return { ok: true, folders };
}

function capabilityStep(capabilities: ReadonlyMap<string, unknown>): ProbeStep {
    const missing = CAPABILITIES.filter(name => !capabilities.has(name));
    const found = CAPABILITIES.filter(name => capabilities.has(name)).join(', ') || '–';
    if (missing.includes('MOVE') && missing.includes('UIDPLUS')) {
        return warning('capabilities', 'no-move', { found });
    }
    return missing.length === 0
        ? passed('capabilities', 'capabilities', { found })
        : passed('capabilities', 'capabilities-missing', { found, missing: missing.join(', ') });
}

function folderStep(folders: readonly FolderEntry[]): ProbeStep {
    const special = folders.filter(folder => folder.use !== '').map(folder => folder.path);
    return passed('folders', 'folders', { number: folders.length, special: special.slice(0, 8).join(', ') || '–' });
}

/** EXAMINE where the account's owner allows flows to read only: then nothing else need be possible. */
async function inboxStep(connection: ImapConnection, { rights }: ImapAccountSettings): Promise<ProbeStep> {
    const wantsWrite = rights.size > 1;
    const inbox = await OpenFolder.select(connection, 'INBOX', !wantsWrite);
    if (wantsWrite && inbox.readOnly) {
        return warning('inbox', 'inbox-read-only', { number: inbox.exists });
    }
    if (wantsWrite && !inbox.permits('$MailflowTest')) {
        return warning('inbox', 'inbox-no-keywords', { number: inbox.exists });
    }
    return passed('inbox', wantsWrite ? 'inbox' : 'inbox-examined', { number: inbox.exists });
}

/** A server that does not answer the question has still passed: rights are then found out by using them. */
async function aclStep(connection: ImapConnection): Promise<ProbeStep> {
    try {
        const rights = await myRights(connection, 'INBOX');
        return rights === null ? skipped('acl', 'no-acl') : passed('acl', 'acl', { rights });
    } catch {
        return skipped('acl', 'no-acl');
    }
}
