import type { NodeAPI } from 'node-red';
import { parseInquiries } from '../inquiry/parse-inquiries';
import { checkProfile } from '../inquiry/profile-check';
import type { Profile } from '../inquiry/profile';
import type { ParseResult } from '../inquiry/types';
import { MailError, MailErrorCode } from '../message/mail-error';
import type { MailMessage } from '../message/types';
import { compileSenders } from '../sender/pattern';
import { findImapAccount } from './account-lookup';
import { fetchForPreview, MAX_PREVIEW_BYTES, readSource, tooLarge } from './preview-mail';

/** What the dialog of parse-inquiry sends: a profile, and the source of a mail or the place of one. */
interface PreviewRequest {
    profile?: unknown;
    source?: unknown;
    account?: unknown;
    folder?: unknown;
    uid?: unknown;
}

/** A person waits in front of the dialog. */
const TIMEOUT_MS = 20_000;
/** Express has no way to ask for a route: remember which app has it. */
const served = new WeakSet<object>();
let previews = 0;

/**
 * Registers `POST mailflow/inquiry-preview`: what a profile makes of a mail. Nothing is stored, changed or executed;
 * whatever goes wrong is an answer.
 */
export function serveInquiryPreview(RED: NodeAPI): void {
    if (served.has(RED.httpAdmin)) {
        return;
    }
    served.add(RED.httpAdmin);
    const permission = RED.auth.needsPermission('parse-inquiry.write');
    RED.httpAdmin.post('/mailflow/inquiry-preview', permission, (request, response) => {
        answer(RED, (request.body ?? {}) as PreviewRequest).then(
            result => response.json(result),
            (error: unknown) => response.status(400).json({ error: textOf(error) })
        );
    });
}

async function answer(RED: NodeAPI, request: PreviewRequest): Promise<ParseResult> {
    const profile = checkProfile(request.profile);
    const message = await inTime(mailOf(RED, request, profile));
    return parseInquiries(message, message.mail as unknown as Record<string, unknown>, [profile]);
}

async function mailOf(RED: NodeAPI, request: PreviewRequest, profile: Profile): Promise<MailMessage> {
    if (typeof request.source === 'string' && request.source.trim() !== '') {
        // what was pasted has the line ends of the browser, and a header with bare LF names no sender
        const source = Buffer.from(request.source.trimStart().replace(/\r?\n/g, '\r\n'));
        if (source.length > MAX_PREVIEW_BYTES) {
            throw tooLarge();
        }
        return readSource(source);
    }
    const account = findImapAccount(RED, typeof request.account === 'string' ? request.account : '');
    const user = `inquiry-preview-${++previews}`;
    account.register(user);
    try {
        return await fetchForPreview(account, {
            folder: typeof request.folder === 'string' && request.folder !== '' ? request.folder : 'INBOX',
            uid: readUid(request.uid),
            senders: compileSenders(profile.senders)
        });
    } finally {
        await account.deregister(user);
    }
}

/** null stands for the newest mail of the profile's senders. */
function readUid(value: unknown): number | null {
    const text = typeof value === 'number' || typeof value === 'string' ? String(value).trim() : '';
    if (text === '') {
        return null;
    }
    const uid = /^\d{1,10}$/.test(text) ? Number(text) : 0;
    if (uid < 1 || uid > 0xffffffff) {
        throw new MailError({
            code: MailErrorCode.InvalidProperty,
            kind: 'configuration',
            step: 'configure',
            problem: 'the UID is no whole number from 1',
            remedy: 'Leave the field empty for the newest mail.'
        });
    }
    return uid;
}

async function inTime<T>(work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(tooSlow()), TIMEOUT_MS);
    });
    try {
        return await Promise.race([work, patience]);
    } finally {
        clearTimeout(timer);
    }
}

function tooSlow(): MailError {
    return new MailError({
        code: MailErrorCode.TimedOut,
        kind: 'temporary',
        step: 'fetch',
        problem: `the mail did not arrive within ${TIMEOUT_MS / 1000} s`,
        remedy: 'Try again, or paste the source of a mail.'
    });
}

/** The words of this pack hold no secret; those of a foreign error might. */
function textOf(error: unknown): string {
    return error instanceof MailError ? error.message : 'The preview failed.';
}
