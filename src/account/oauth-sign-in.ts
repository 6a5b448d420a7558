import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { MailError, MailErrorCode } from '../message/mail-error';
import type { CodeFlowSecrets, DeviceCode, TokenAnswer } from './oauth-client';
import { refusedByProvider } from './oauth-errors';
import { isLoopback } from './oauth-settings';
import type { OAuthTokens } from './oauth-tokens';
import { errorReport, probeTimedOut, type ErrorReport } from './probe-report';

/** What the dialog is told when a sign-in has begun; plain JSON. */
export type StartedSignIn = { session: string } & (
    | { flow: 'code'; authorizationUrl: string }
    | { flow: 'device'; userCode: string; verificationUri: string; expiresAt: string }
    | { flow: 'client' }
);

/** How a sign-in stands; plain JSON without any secret. */
export interface SignInView {
    state: 'waiting' | 'signed-in' | 'failed';
    /** Address of who signed in; empty when it is not known. */
    user: string;
    error: ErrorReport | null;
}

export interface SignInLimits {
    /** How long the answer of a browser is waited for, and how long the outcome can be asked for. */
    openMs: number;
    /** Sign-ins that wait at the same time; more is no group of people at dialogs. */
    open: number;
    /** A second of RFC 8628. */
    secondMs: number;
}

export const SIGN_IN_LIMITS: Readonly<SignInLimits> = { openMs: 10 * 60_000, open: 20, secondMs: 1000 };
/** Those that are over are shown for a while. */
const MAX_REMEMBERED = 100;
export const CALLBACK_PATH = '/mailflow/mail-oauth/callback';
const MAX_URL_CHARS = 16_000;
const MAX_POLL_PAUSE_S = 60;

interface Session {
    id: string;
    node: string;
    tokens: OAuthTokens;
    view: SignInView;
    /** null once the answer of the browser was taken, or where none is waited for. */
    code: CodeFlowSecrets | null;
    until: number;
    stop: AbortController;
}

/** The sign-ins that people have begun: at most so many, each for so long, each answer taken once. Holds no timer of its own. */
export class SignIns {
    readonly #limits: SignInLimits;
    readonly #sessions = new Map<string, Session>();

    constructor(limits: SignInLimits = SIGN_IN_LIMITS) {
        this.#limits = limits;
    }

    /**
     * Begins a sign-in for a node; an open one of the same node ends.
     *
     * @param redirectUri where the browser comes back to; needed by the code flow alone.
     * @throws MailError
     */
    async start(tokens: OAuthTokens, redirectUri: unknown): Promise<StartedSignIn> {
        this.#makeRoom(tokens.id);
        const { client, settings } = tokens;
        switch (settings.flow) {
            case 'code': {
                const { authorizationUrl, ...code } = await client.beginCodeFlow(checkedRedirectUri(redirectUri));
                const { id } = this.#open(tokens, code, Date.now() + this.#limits.openMs);
                return { session: id, flow: 'code', authorizationUrl };
            }
            case 'device': {
                const device = await client.requestDeviceCode();
                const session = this.#open(tokens, null, device.expiresAt);
                const { userCode, verificationUri } = device;
                tokens.waiting({ userCode, verificationUri });
                void this.#finish(session, this.#pollDevice(session, device));
                const expiresAt = new Date(device.expiresAt).toISOString();
                return { session: session.id, flow: 'device', userCode, verificationUri, expiresAt };
            }
            case 'client': {
                const session = this.#open(tokens, null, Date.now() + this.#limits.openMs);
                void this.#finish(session, client.clientCredentials());
                return { session: session.id, flow: 'client' };
            }
        }
    }

    /** null when there is no such sign-in (any more). */
    view(node: string, id: string): SignInView | null {
        return this.#find(node, id)?.view ?? null;
    }

    /**
     * Takes the address at which the browser ended, for networks where it cannot reach the runtime.
     *
     * @throws MailError when it does not belong to this sign-in, which then goes on waiting.
     */
    async paste(node: string, id: string, url: unknown): Promise<SignInView | null> {
        const session = this.#find(node, id);
        if (!session) {
            return null;
        }
        const parameters = parametersOf(url);
        if (session.code && parameters.get('state') !== session.code.state) {
            throw unusableAnswer('the address does not belong to this sign-in');
        }
        return this.#redeem(session, parameters);
    }

    /** Takes what the browser brought back. null when nobody waits for it. */
    async callback(parameters: URLSearchParams): Promise<SignInView | null> {
        const state = parameters.get('state') ?? '';
        const now = Date.now();
        const session = [...this.#sessions.values()].find(
            ({ code, until }) => code !== null && code.state === state && now < until
        );
        return session ? this.#redeem(session, parameters) : null;
    }

    cancel(node: string, id: string): void {
        const session = this.#find(node, id);
        if (session) {
            this.#drop(session);
        }
    }

    /** Ends everything that waits; for tests, a runtime ends with its process. */
    close(): void {
        [...this.#sessions.values()].forEach(session => this.#drop(session));
    }

    #open(tokens: OAuthTokens, code: CodeFlowSecrets | null, until: number): Session {
        const session: Session = {
            id: randomBytes(18).toString('base64url'),
            node: tokens.id,
            tokens,
            view: { state: 'waiting', user: '', error: null },
            code,
            until,
            stop: new AbortController()
        };
        this.#sessions.set(session.id, session);
        return session;
    }

    #find(node: string, id: string): Session | null {
        const session = this.#sessions.get(id);
        if (!session || session.node !== node) {
            return null;
        }
        if (session.view.state === 'waiting' && Date.now() >= session.until) {
            this.#settle(session, { error: tooLate() });
        }
        return session;
    }

    async #redeem(session: Session, parameters: URLSearchParams): Promise<SignInView> {
        const { code } = session;
        if (!code) {
            // also the second time: the same answer may come by the browser and by hand
            return session.view;
        }
        session.code = null;
        await this.#finish(session, session.tokens.client.redeemCode(parameters, code));
        return session.view;
    }

    /** Never rejects: how it ends stands in the view. */
    async #finish(session: Session, work: Promise<TokenAnswer>): Promise<void> {
        try {
            const answer = await work;
            session.stop.signal.throwIfAborted();
            await session.tokens.signIn(answer);
            this.#settle(session, { user: answer.user });
        } catch (error) {
            this.#settle(session, { error });
        }
    }

    #settle(session: Session, outcome: { user: string } | { error: unknown }): void {
        session.view =
            'user' in outcome
                ? { state: 'signed-in', user: outcome.user, error: null }
                : { state: 'failed', user: '', error: errorReport(outcome.error) };
        session.code = null;
        session.stop.abort();
        session.until = Date.now() + this.#limits.openMs;
    }

    async #pollDevice(session: Session, device: DeviceCode): Promise<TokenAnswer> {
        const { signal } = session.stop;
        const { secondMs } = this.#limits;
        let pause = device.intervalMs / 1000;
        while (Date.now() < device.expiresAt) {
            await sleep(pause * secondMs, undefined, { signal, ref: false });
            try {
                const answer = await session.tokens.client.pollDevice(device.deviceCode);
                if (answer === 'slow-down') {
                    pause += 5;
                } else if (answer !== 'pending') {
                    return answer;
                }
            } catch (error) {
                if (!(error instanceof MailError) || error.kind !== 'temporary') {
                    throw error;
                }
                // RFC 8628 section 3.5: a client that gets no answer asks less often
                pause = Math.min(pause * 2, MAX_POLL_PAUSE_S);
            }
        }
        const expired = { error: 'expired_token', description: '' };
        throw refusedByProvider(expired, session.tokens.settings.label, []);
    }

    /** Throws MailError when as many as allowed are open. */
    #makeRoom(node: string): void {
        const now = Date.now();
        for (const session of [...this.#sessions.values()]) {
            const isOwn = session.node === node && session.view.state === 'waiting';
            if (isOwn || now >= session.until) {
                this.#drop(session);
            }
        }
        const waiting = [...this.#sessions.values()].filter(({ view }) => view.state === 'waiting');
        if (waiting.length >= this.#limits.open) {
            throw new MailError({
                code: MailErrorCode.Throttled,
                kind: 'temporary',
                step: 'sign-in',
                problem: 'too many sign-ins are open',
                remedy: 'Finish or cancel one, or wait ten minutes.'
            });
        }
        const over = [...this.#sessions.values()].filter(({ view }) => view.state !== 'waiting');
        over.slice(0, Math.max(0, this.#sessions.size - MAX_REMEMBERED)).forEach(session => this.#drop(session));
    }

    #drop(session: Session): void {
        session.code = null;
        session.stop.abort();
        this.#sessions.delete(session.id);
    }
}

/** The browser knows by which name it reaches the editor, so the address comes from there: nothing else may be in it. */
function checkedRedirectUri(value: unknown): string {
    const text = typeof value === 'string' && value.length <= 2_000 ? value : '';
    const url = URL.canParse(text) ? new URL(text) : null;
    const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
    if (!url || !url.pathname.endsWith(CALLBACK_PATH) || /[?#]/.test(text) || url.username || url.password) {
        throw unusableAnswer('the return address is not that of this editor');
    }
    if (!isSafe) {
        throw new MailError({
            code: MailErrorCode.NotConfigured,
            kind: 'configuration',
            step: 'sign-in',
            problem: 'the editor is not reached by https, and providers send nobody back to such an address',
            remedy: 'Open the editor by https or on this machine as localhost, or use the device flow.'
        });
    }
    return text;
}

function parametersOf(url: unknown): URLSearchParams {
    const text = typeof url === 'string' ? url.trim().slice(0, MAX_URL_CHARS) : '';
    if (!URL.canParse(text)) {
        throw unusableAnswer('this is no address');
    }
    return new URL(text).searchParams;
}

function unusableAnswer(problem: string): MailError {
    return new MailError({
        code: MailErrorCode.InvalidProperty,
        kind: 'configuration',
        step: 'sign-in',
        problem,
        remedy: 'Copy the whole address from the browser, from the first to the last character.'
    });
}

function tooLate(): MailError {
    const { code, kind, step } = probeTimedOut('', 'sign-in');
    return new MailError({
        code,
        kind,
        step,
        problem: 'nobody signed in within ten minutes',
        remedy: 'Start the sign-in again.'
    });
}
