/** A page or two for each of: log in, agree, confirm a device. */
const MAX_STEPS = 20;

/** A browser without a window: follows redirects, keeps cookies, and submits the first form of each page. */
export class Browser {
    readonly #home: string;
    readonly #cookies = new Map<string, string>();

    /** @param home pages elsewhere are not opened. */
    constructor(home: string) {
        this.#home = home;
    }

    /**
     * @param values for the fields of the forms, by name.
     * @returns the address of the page without a form on which it ends, or the first one elsewhere.
     */
    async visit(address: string, values: Readonly<Record<string, string>>): Promise<string> {
        let url = address;
        let body: URLSearchParams | null = null;
        for (let step = 0; step < MAX_STEPS; step++) {
            if (!url.startsWith(this.#home)) {
                return url;
            }
            const answer = await fetch(url, {
                redirect: 'manual',
                headers: { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
                ...(body ? { method: 'POST', body } : {})
            });
            this.#keepCookies(answer);
            const target = answer.headers.get('location');
            const page = await answer.text();
            const form = /<form[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/.exec(page);
            if (target !== null) {
                url = new URL(target, url).href;
                body = null;
            } else if (form && answer.ok) {
                url = new URL((form[1] ?? '').replaceAll('&amp;', '&'), url).href;
                body = filled(form[2] ?? '', values);
            } else if (answer.ok) {
                return url;
            } else {
                throw new Error(`${url} answered ${answer.status}: ${page.slice(0, 500)}`);
            }
        }
        throw new Error(`no end in sight at ${url}`);
    }

    #keepCookies(answer: Response): void {
        for (const line of answer.headers.getSetCookie()) {
            const [pair = ''] = line.split(';');
            const at = pair.indexOf('=');
            this.#cookies.set(pair.slice(0, at), pair.slice(at + 1));
        }
    }
}

function filled(form: string, values: Readonly<Record<string, string>>): URLSearchParams {
    const body = new URLSearchParams();
    for (const [input] of form.matchAll(/<input[^>]*>/g)) {
        const attribute = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(input)?.[1] ?? '';
        const name = attribute('name');
        if (name !== '') {
            body.set(name, values[name] ?? attribute('value'));
        }
    }
    return body;
}
