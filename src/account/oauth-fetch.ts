import { parseAddress } from '../sender/mailbox-parser';
import { reasonOf, tokenServerFailed } from './oauth-errors';

export interface FetchLimits {
    /** From the look-up to the last byte. */
    timeoutMs: number;
    /** Of an answer. */
    maxBytes: number;
}

/** A person or a mail waits; an answer is one to twenty kilobytes. */
export const TOKEN_SERVER_LIMITS: Readonly<FetchLimits> = { timeoutMs: 20_000, maxBytes: 256 * 1024 };
/** A server may ask for longer; nobody wants a mailbox unwatched for that long. */
const MAX_RETRY_AFTER_MS = 10 * 60_000;

/** Who asks, and what must not come back in a text. */
export interface Asking {
    account: string;
    secrets: readonly string[];
    /** Told the address in an id token, if there is one. */
    signedInAs?: (user: string) => void;
}

/**
 * A `fetch` for oauth4webapi that bounds time and size, follows no redirect, because the request holds secrets, and
 * gives back only a JSON object.
 *
 * Id tokens are taken out: the library would compare their issuer, which for Microsoft's shared tenants is known only
 * afterwards. They serve for nothing but showing who has signed in, and came from the token server itself by TLS
 * (OpenID Connect Core section 3.1.3.7, point 6).
 *
 * @throws MailError TOKEN_SERVER_FAILED.
 */
export async function fetchFromTokenServer(
    url: string,
    request: RequestInit,
    { account, secrets, signedInAs }: Asking,
    { timeoutMs, maxBytes }: FetchLimits
): Promise<Response> {
    const failed = (problem: string, retryAfterMs = 0): Error => tokenServerFailed(problem, account, retryAfterMs);
    const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(request.signal ? [request.signal] : [])]);
    let response: Response;
    let text: string | null;
    try {
        response = await fetch(url, { ...request, redirect: 'manual', signal });
        text = await readText(response, maxBytes);
    } catch (error) {
        const reason = signal.aborted ? 'no whole answer in time' : reasonOf(error, secrets);
        throw failed(`the token server ${new URL(url).host} was not reached: ${reason}`);
    }
    const { status } = response;
    if (text === null) {
        throw failed('the answer of the token server is too large');
    }
    if (status >= 300 && status < 400) {
        throw failed('the token server wants to redirect, which is not followed with a secret');
    }
    if (status === 429 || status >= 500) {
        throw failed(`the token server answered ${status}`, retryAfter(response));
    }
    const body = parseObject(text);
    if (!body || status < 200 || !/\bjson\b/i.test(response.headers.get('content-type') ?? '')) {
        throw failed(`the token server answered ${status} and no JSON`);
    }
    const { id_token: idToken, ...rest } = body;
    signedInAs?.(addressIn(idToken));
    // no header but this one: the library would look at a challenge instead of the reason in the body
    return new Response(JSON.stringify(rest), { status, headers: { 'content-type': 'application/json' } });
}

/** null when there is more than `maxBytes`. */
async function readText(response: Response, maxBytes: number): Promise<string | null> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const reader = response.body?.getReader();
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
        const chunk = part.value as Uint8Array;
        size += chunk.length;
        if (size > maxBytes) {
            await reader?.cancel().catch(() => undefined);
            return null;
        }
        chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
}

function parseObject(text: string): Record<string, unknown> | null {
    try {
        const value = JSON.parse(text) as unknown;
        return typeof value === 'object' && value !== null && !Array.isArray(value)
            ? (value as Record<string, unknown>)
            : null;
    } catch {
        return null;
    }
}

function retryAfter(response: Response): number {
    const seconds = Number(response.headers.get('retry-after') ?? '');
    return seconds > 0 ? Math.min(seconds * 1000, MAX_RETRY_AFTER_MS) : 0;
}

/** Google says `email`; Microsoft `preferred_username`, and `upn` in older tokens. */
function addressIn(idToken: unknown): string {
    const [, payload = ''] = typeof idToken === 'string' ? idToken.split('.') : [];
    const claims = parseObject(Buffer.from(payload, 'base64url').toString('utf8')) ?? {};
    const found = [claims['email'], claims['preferred_username'], claims['upn']].find(
        claim => typeof claim === 'string' && claim.length <= 320 && parseAddress(claim).ok
    );
    return (found as string | undefined) ?? '';
}
