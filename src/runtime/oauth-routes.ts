import type { NodeAPI } from 'node-red';
import type { SignInView } from '../account/oauth-sign-in';
import type { SignInStatus } from '../account/oauth-tokens';
import { errorReport, type ErrorReport } from '../account/probe-report';
import { MailError, MailErrorCode } from '../message/mail-error';
import type { AccountForm } from './account-form';
import { readOAuthForm } from './oauth-form';
import { PAGE_HEADERS, signInPage } from './oauth-page';
import { signInsOf, type OAuthRegistry } from './oauth-registry';
import { oncePerApp } from './once-per-app';

/** What a sign-in begins with: the form as an account's test sends it, and where the browser comes back to. */
type SignInForm = AccountForm & { redirectUri?: unknown };

/** What is used of Express. */
interface Request {
    params: Record<string, string | string[] | undefined>;
    query: unknown;
    headers: Record<string, unknown>;
    body?: unknown;
}
interface Response {
    status(code: number): Response;
    set(headers: Record<string, string>): Response;
    json(body: unknown): void;
    send(text: string): void;
    end(): void;
}
type Handler = (request: Request) => Promise<unknown>;

/**
 * Registers the routes of sign-ins below `mailflow/mail-oauth`. Every answer is JSON but the page on which a browser
 * ends; none holds a token, code or secret. What fails is a 400 with `{error}`.
 */
export function serveSignIns(RED: NodeAPI): void {
    oncePerApp(RED, 'mail-oauth', () => {
        const { httpAdmin } = RED;
        const may = (kind: 'read' | 'write') => RED.auth.needsPermission(`mail-oauth.${kind}`);
        const registry = signInsOf(RED);
        const { signIns } = registry;
        // before the ids: the provider sends a browser here that has no token of the editor; the state is its pass
        httpAdmin.get('/mailflow/mail-oauth/callback', (request: Request, response: Response) => {
            void answerBrowser(registry, request, response);
        });
        httpAdmin.get(
            '/mailflow/mail-oauth/:id',
            may('read'),
            json(request => statusOf(RED, idOf(request)))
        );
        httpAdmin.delete(
            '/mailflow/mail-oauth/:id',
            may('write'),
            json(async request => {
                await registry.forget(idOf(request));
                return statusOf(RED, idOf(request));
            })
        );
        httpAdmin.post(
            '/mailflow/mail-oauth/:id/sign-in',
            may('write'),
            json(async request => {
                const form = (request.body ?? {}) as SignInForm;
                const settings = readOAuthForm(RED, idOf(request), form);
                return signIns.start(registry.tryOut(idOf(request), settings), form.redirectUri);
            })
        );
        httpAdmin.get(
            '/mailflow/mail-oauth/:id/sign-in/:session',
            may('write'),
            json(async request => known(signIns.view(idOf(request), sessionOf(request))))
        );
        httpAdmin.post(
            '/mailflow/mail-oauth/:id/sign-in/:session',
            may('write'),
            json(async request => {
                const { url } = (request.body ?? {}) as { url?: unknown };
                return known(await signIns.paste(idOf(request), sessionOf(request), url));
            })
        );
        httpAdmin.delete(
            '/mailflow/mail-oauth/:id/sign-in/:session',
            may('write'),
            json(async request => {
                signIns.cancel(idOf(request), sessionOf(request));
                return {};
            })
        );
    });
}

/** Answers on every path, and never with a rejected promise. */
function json(handle: Handler): (request: Request, response: Response) => void {
    return (request, response) => {
        response.set({ 'cache-control': 'no-store' });
        Promise.resolve()
            .then(() => handle(request))
            .then(
                answer => response.json(answer),
                (error: unknown) => {
                    const answer: { error: ErrorReport } = { error: errorReport(error) };
                    response.status(400).json(answer);
                }
            )
            // a browser that has gone cannot be answered
            .catch(() => undefined);
    };
}

async function answerBrowser(registry: OAuthRegistry, request: Request, response: Response): Promise<void> {
    try {
        const view = await registry.signIns.callback(parametersOf(request.query));
        response.status(view?.state === 'signed-in' ? 200 : 400).set(PAGE_HEADERS);
        response.send(signInPage(view, request.headers['accept-language']));
    } catch {
        response.end();
    }
}

/** A repeated or nested parameter is no answer of a provider. */
function parametersOf(query: unknown): URLSearchParams {
    const entries = Object.entries((query ?? {}) as Record<string, unknown>);
    return new URLSearchParams(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** Of the deployed node, else of what a dialog has tried out. */
async function statusOf(RED: NodeAPI, id: string): Promise<SignInStatus> {
    try {
        return await signInsOf(RED).findForTest(id).status();
    } catch (error) {
        const isMissing = RED.nodes.getNode(id) === null;
        return {
            state: 'signed-out',
            user: '',
            expiresAt: null,
            scopes: '',
            error: isMissing ? null : errorReport(error)
        };
    }
}

function known(view: SignInView | null): SignInView {
    if (!view) {
        throw new MailError({
            code: MailErrorCode.Closed,
            kind: 'temporary',
            step: 'sign-in',
            problem: 'the sign-in is not open any more',
            remedy: 'Start it again.'
        });
    }
    return view;
}

function idOf(request: Request): string {
    return String(request.params['id'] ?? '').slice(0, 200);
}

function sessionOf(request: Request): string {
    return String(request.params['session'] ?? '').slice(0, 200);
}
