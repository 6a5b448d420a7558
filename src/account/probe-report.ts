import { MailError, MailErrorCode, type ErrorStep } from '../message/mail-error';
import type { ServerSettings } from '../message/server-settings';

/** What the test of an account goes through, in this order. */
export type ProbeStepName =
    | 'settings'
    | 'token'
    | 'look-up'
    | 'connect'
    | 'tls'
    | 'login'
    | 'capabilities'
    | 'folders'
    | 'inbox'
    | 'acl'
    | 'size'
    | 'test-mail'
    | 'arrival';

/** `warning`: it works, but not as one would wish; the account counts as tested all the same. */
export type ProbeOutcome = 'passed' | 'warning' | 'failed' | 'skipped';

/** A failure as plain JSON. The editor has sentences of its own for most codes, in its own language. */
export interface ErrorReport {
    code: string;
    problem: string;
    remedy: string;
    /** The server's own words; empty when it said nothing. */
    response: string;
}

/** One line of the list that a test shows; plain JSON without any secret. */
export interface ProbeStep {
    step: ProbeStepName;
    outcome: ProbeOutcome;
    /** Key of a sentence in the editor's catalogue, to be filled with `values`; empty when there is no more to say. */
    note: string;
    values: Record<string, string | number>;
    error: ErrorReport | null;
}

export type ReportStep = (step: ProbeStep) => void;

/** An error that is none of ours has neither code nor remedy. */
export function errorReport(error: unknown): ErrorReport {
    if (error instanceof MailError) {
        const { code, problem, remedy, response } = error;
        return { code, problem, remedy, response };
    }
    return { code: '', problem: (error as Error).message, remedy: '', response: '' };
}

export function passed(step: ProbeStepName, note = '', values: ProbeStep['values'] = {}): ProbeStep {
    return { step, outcome: 'passed', note, values, error: null };
}

export function warning(step: ProbeStepName, note: string, values: ProbeStep['values'] = {}): ProbeStep {
    return { ...passed(step, note, values), outcome: 'warning' };
}

export function skipped(step: ProbeStepName, note = ''): ProbeStep {
    return { ...passed(step, note), outcome: 'skipped' };
}

export function failed(step: ProbeStepName, error: unknown): ProbeStep {
    return { step, outcome: 'failed', note: '', values: {}, error: errorReport(error) };
}

/** Asks for a token first, for an account that logs in with one; false when there is none. */
export async function reportToken(login: ServerSettings['login'], report: ReportStep): Promise<boolean> {
    if (!login || !('tokens' in login)) {
        return true;
    }
    try {
        await login.tokens.token();
        report(passed('token', 'token'));
        return true;
    } catch (error) {
        report(failed('token', error));
        return false;
    }
}

/** The way to a server; what fails on it says how far it got. */
const WAY: readonly ProbeStepName[] = ['look-up', 'connect', 'tls', 'login'];
const ON_THE_WAY: Partial<Record<ErrorStep, ProbeStepName>> = {
    configure: 'settings',
    'sign-in': 'token',
    'look-up': 'look-up',
    connect: 'connect',
    greeting: 'connect',
    tls: 'tls',
    login: 'login'
};

/** The steps before the one that failed were passed; `done` have been reported already. */
export function reportWayUntil(error: unknown, done: readonly ProbeStepName[], report: ReportStep): void {
    const at = (error instanceof MailError && ON_THE_WAY[error.step]) || 'connect';
    for (const step of WAY.slice(0, Math.max(0, WAY.indexOf(at)))) {
        if (!done.includes(step)) {
            report(passed(step));
        }
    }
    report(failed(at, error));
}

/** A test that is taking too long, or that nobody waits for any more. */
export function probeTimedOut(account: string, step: ErrorStep): MailError {
    return new MailError({
        code: MailErrorCode.TimedOut,
        kind: 'temporary',
        step,
        account,
        problem: 'the test was ended because it took too long',
        remedy: 'Try it again; if it stays, check host, port and security.'
    });
}
