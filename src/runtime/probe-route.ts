import type { NodeAPI } from 'node-red';
import { failed, probeTimedOut, type ErrorReport, type ReportStep, type ProbeStep } from '../account/probe-report';
import type { FolderEntry } from '../imap/folder-list';
import { readAccountForm, type AccountForm, type FormSettings } from './account-form';
import { oncePerApp } from './once-per-app';

/** What a test of one account type does with settings; never rejects for a server's sake. */
export type Probe = (
    settings: FormSettings,
    report: ReportStep,
    signal: AbortSignal
) => Promise<{ ok: boolean; folders?: FolderEntry[] }>;

/** The last line of the answer. */
export interface ProbeResult {
    ok: boolean;
    folders: FolderEntry[];
    error: ErrorReport | null;
}

/** Longest test: two minutes for a mail that travels, and what comes before it. */
const DEADLINE_MS = 150_000;
/** Each holds a connection; more at once is no person at a dialog. */
const MAX_RUNNING = 5;

/** What is used of Express. */
interface Response {
    status(code: number): Response;
    set(name: string, value: string): Response;
    write(text: string): void;
    end(text?: string): void;
    on(event: 'close', listener: () => void): void;
    writableFinished: boolean;
}

/**
 * Registers `POST mailflow/<type>/:id/test`. Answers with one JSON object per line, each as soon as its step is over;
 * the last has `ok`. Ends within two and a half minutes, and when nobody listens any more.
 */
export function serveProbe(RED: NodeAPI, type: string, probe: Probe): void {
    let running = 0;
    oncePerApp(RED, `${type}/test`, () => {
        RED.httpAdmin.post(
            `/mailflow/${type}/:id/test`,
            RED.auth.needsPermission(`${type}.write`),
            (request, response: Response) => {
                if (running >= MAX_RUNNING) {
                    response.status(429).end();
                    return;
                }
                running++;
                const body = (request.body ?? {}) as AccountForm;
                void answer(response, (report, signal) =>
                    probe(readAccountForm(RED, type, String(request.params['id']), body), report, signal)
                ).finally(() => running--);
            }
        );
    });
}

/** Never rejects: whatever goes wrong is a step of the answer. */
async function answer(
    response: Response,
    run: (report: ReportStep, signal: AbortSignal) => Promise<{ ok: boolean; folders?: FolderEntry[] }>
): Promise<void> {
    const stop = new AbortController();
    response.set('content-type', 'application/x-ndjson').set('cache-control', 'no-store');
    response.on('close', () => stop.abort());
    const line = (value: ProbeStep | ProbeResult): void => {
        if (!stop.signal.aborted) {
            response.write(`${JSON.stringify(value)}\n`);
        }
    };
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(probeTimedOut('', 'connect')), DEADLINE_MS);
    });
    try {
        const { ok, folders = [] } = await Promise.race([Promise.resolve().then(() => run(line, stop.signal)), late]);
        line({ ok, folders, error: null });
    } catch (error) {
        const step = failed('settings', error);
        line(step);
        line({ ok: false, folders: [], error: step.error });
    } finally {
        clearTimeout(timer);
        response.end();
        stop.abort();
    }
}
