// Validators: true, or the reason as a sentence. They run on import and deploy too, when no dialog is open.
// A reason never repeats the value: the editor puts reasons into the page as html, and a value may come from a flow
// that somebody else wrote.
window.mailflow = Object.assign(window.mailflow || {}, {
    check: (() => {
        const reason = (opt, key, values) =>
            mailflow.text('reason.' + key, Object.assign({ field: (opt && opt.label) || '' }, values));

        const isBlank = value => value === undefined || value === null || String(value).trim() === '';
        const isOpen = value => isBlank(value) || mailflow.isEnv(value);

        /** Judges every entry; `problemOf` returns the key of a text, or "" when the entry is fine. */
        const list = (value, opt, problemOf) => {
            const entries = mailflow.entries(value);
            for (let index = 0; index < entries.length; index++) {
                const problem = mailflow.isEnv(entries[index]) ? '' : problemOf(entries[index]);
                if (problem) {
                    const values = { number: index + 1, problem: mailflow.text('problem.' + problem) };
                    return reason(opt, 'entry', values);
                }
            }
            return true;
        };

        return {
            required: (value, opt) => !isBlank(value) || reason(opt, 'required'),

            /** An empty field stands for the default, or for no limit. */
            number(value, opt, min, max) {
                const number = Number(value);
                return isOpen(value) || (number >= min && number <= max) || reason(opt, 'number', { min, max });
            },

            /** A name or an IPv4 or IPv6 address; no scheme, no port, no path. */
            host(value, opt) {
                if (isBlank(value)) {
                    return reason(opt, 'required');
                }
                const isHost = /^[^\s/@:]+$|^[0-9a-f:.]+$/i.test(String(value).trim());
                return mailflow.isEnv(value) || isHost || reason(opt, 'host');
            },

            address(value, opt) {
                const isAddress = /^[^\s@<>,;]+@[^\s@<>,;]+$/.test(String(value).trim());
                return isOpen(value) || isAddress || reason(opt, 'address');
            },

            /** The mark of an account that never passed its test as it is now; with variables nothing can be compared. */
            tested(value, opt, node) {
                const form = mailflow.testedForm(node);
                return form === '' || value === form || mailflow.isEnv(value) || reason(opt, 'not-tested');
            },

            /** The sign-in of an account that has chosen OAuth2. */
            oauth(value, opt, auth) {
                const isGiven =
                    !isBlank(value) && value !== '_ADD_' && (mailflow.isEnv(value) || RED.nodes.node(value));
                return auth !== 'oauth2' || Boolean(isGiven) || reason(opt, 'required');
            },

            /** The way to sign in: not every provider has every one for mail. */
            oauthFlow(value, opt, provider) {
                const isOffered = mailflow.oauthFlowsOf(provider).includes(value);
                return isOpen(value) || isOffered || reason(opt, 'oauth-flow');
            },

            /** A part of Microsoft's addresses. An app without a user belongs to one tenant and has to name it. */
            oauthTenant(value, opt, node) {
                if (mailflow.current(node, 'provider') !== 'microsoft' || mailflow.isEnv(value)) {
                    return true;
                }
                const tenant = isBlank(value) ? 'common' : String(value).trim();
                const isShared = ['common', 'organizations', 'consumers'].includes(tenant.toLowerCase());
                if (isShared && mailflow.current(node, 'flow') === 'client') {
                    return reason(opt, 'oauth-tenant');
                }
                return /^[a-z0-9.-]+$/i.test(tenant) || reason(opt, 'oauth-tenant-name');
            },

            /** An address of a provider of one's own; codes and secrets go there, so plain http is for this machine. */
            oauthUrl(value, opt, node, flows) {
                const isUsed = flows.includes(mailflow.current(node, 'flow'));
                if (mailflow.current(node, 'provider') !== 'custom' || !isUsed || mailflow.isEnv(value)) {
                    return true;
                }
                if (isBlank(value)) {
                    return reason(opt, 'required');
                }
                try {
                    const url = new URL(String(value).trim());
                    const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && mailflow.isLoopback(url));
                    const isPlain = url.username + url.password + url.hash === '';
                    return (isSafe && isPlain) || reason(opt, 'oauth-url');
                } catch {
                    return reason(opt, 'oauth-url');
                }
            },

            senders: (value, opt) => list(value, opt, mailflow.senderProblem),
            flags: (value, opt) => list(value, opt, mailflow.flagProblem),
            folders: (value, opt) => list(value, opt, mailflow.folderProblem),
            authservIds: (value, opt) => list(value, opt, mailflow.authservIdProblem),

            /** Ids of profiles that come with the pack, and profiles of the user. */
            inquiryProfiles(value, opt) {
                const own = mailflow.ownInquiryProfiles(value);
                for (const profile of own) {
                    const problem = mailflow.inquiryProfileProblem(profile);
                    if (problem) {
                        return reason(opt, 'value', { problem: mailflow.text('problem.' + problem) });
                    }
                }
                const isTwice = own.some(({ id }, index) => own.findIndex(other => other.id === id) !== index);
                return isTwice
                    ? reason(opt, 'value', { problem: mailflow.text('problem.profile-twice') })
                    : list(mailflow.inquiryProfileIds(value), opt, mailflow.inquiryProfileNameProblem);
            },

            atLeastOne: (value, opt) => mailflow.entries(value).length > 0 || reason(opt, 'at-least-one'),

            /** The keyword or folder that the action after a mail needs. */
            afterValue(value, opt, action) {
                if ((action !== 'keyword' && action !== 'move') || mailflow.isEnv(value)) {
                    return true;
                }
                if (isBlank(value)) {
                    return reason(opt, 'required');
                }
                const problemOf = action === 'keyword' ? mailflow.flagProblem : mailflow.folderProblem;
                const problem = problemOf(String(value).trim());
                return problem === '' || reason(opt, 'value', { problem: mailflow.text('problem.' + problem) });
            },

            /** A folder as a typed value: the name is looked at when it stands in the node. */
            folder(value, opt, type) {
                if (isBlank(value)) {
                    return reason(opt, 'required');
                }
                const problem = type === 'str' ? mailflow.folderProblem(String(value)) : '';
                return problem === '' || reason(opt, 'value', { problem: mailflow.text('problem.' + problem) });
            },

            /** A node that adds and removes nothing, or the same flag at once, is a mistake. */
            flagChange(value, opt, removed) {
                const add = mailflow.entries(value);
                const remove = mailflow.entries(removed).map(flag => flag.toLowerCase());
                if (add.length + remove.length === 0) {
                    return reason(opt, 'no-flags');
                }
                const isBoth = add.some(flag => remove.includes(flag.toLowerCase()));
                return isBoth ? reason(opt, 'both-flags') : list(value, opt, mailflow.flagProblem);
            },

            /** Further conditions for the server: a JSON object, or nothing. */
            search(value, opt) {
                if (isOpen(value)) {
                    return true;
                }
                let search;
                try {
                    search = JSON.parse(value);
                } catch {
                    return reason(opt, 'search');
                }
                const problem = mailflow.searchProblem(search);
                return problem === '' || reason(opt, problem, { names: mailflow.searchNames.join(', ') });
            }
        };
    })()
});
