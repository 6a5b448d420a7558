// A list of accounts, as JSON or CSV, becomes config nodes. Nothing here touches the page.
window.mailflow = Object.assign(window.mailflow || {}, {
    /** Rows of a CSV text (RFC 4180), with comma, semicolon or tab between the fields, as spreadsheets write it. */
    csvRows(text) {
        const firstLine = text.split(/\r?\n/, 1)[0];
        const separator = [';', '\t'].find(sign => firstLine.includes(sign)) || ',';
        const rows = [];
        let row = [];
        let field = '';
        let quoted = false;
        const endField = () => {
            row.push(field.trim());
            field = '';
        };
        const endRow = () => {
            endField();
            if (row.some(value => value !== '')) {
                rows.push(row);
            }
            row = [];
        };
        for (let index = 0; index < text.length; index++) {
            const sign = text[index];
            if (quoted && sign === '"' && text[index + 1] === '"') {
                field += '"';
                index++;
            } else if (sign === '"' && (quoted || field.trim() === '')) {
                quoted = !quoted;
            } else if (!quoted && sign === separator) {
                endField();
            } else if (!quoted && sign === '\n') {
                endRow();
            } else {
                field += sign;
            }
        }
        endRow();
        return rows;
    },

    /** The entries of a list: objects with texts. Throws an Error with a sentence when it is neither JSON nor CSV. */
    accountEntries(text) {
        const source = text.replace(/^\uFEFF/, '').trim();
        if (/^[[{]/.test(source)) {
            let parsed;
            try {
                parsed = JSON.parse(source);
            } catch {
                throw new Error(mailflow.text('list-import.no-json'));
            }
            const entries = [parsed].flat();
            if (entries.some(entry => typeof entry !== 'object' || entry === null)) {
                throw new Error(mailflow.text('list-import.no-json'));
            }
            return entries;
        }
        const [header, ...rows] = mailflow.csvRows(source);
        if (!header || !header.some(name => /^(address|host|preset)$/.test(name))) {
            throw new Error(mailflow.text('list-import.no-header'));
        }
        return rows.map(row => Object.fromEntries(header.map((name, index) => [name, row[index] || ''])));
    },

    /**
     * The config nodes of a list, with what is wrong with each entry. An entry names properties of an account as they
     * are called in a flow, and `user` and `password`; `oauth` may also be the name of one of `signIns`, the mail-oauth
     * nodes that there are, and is enough to choose OAuth2. Without a type, an entry whose provider is known gives both
     * an imap-account and an smtp-account that is linked to it; any other one gives an imap-account.
     */
    accountNodesOf(entries, presets, definitions, signIns) {
        return entries.flatMap((entry, index) => {
            const id = 'mailflow-import-' + index;
            const address = String(entry.address || entry.senderAddress || '');
            const preset =
                presets.find(candidate => candidate.id === entry.preset) || mailflow.presetForAddress(presets, address);
            const wanted = entry.type ? [String(entry.type).replace(/^(imap|smtp)$/, '$1-account')] : ['imap-account'];
            const types = !entry.type && preset ? ['imap-account', 'smtp-account'] : wanted;
            return types.map(type => {
                const definition = definitions[type];
                if (!definition) {
                    const problem = mailflow.text('list-import.unknown-type');
                    return { number: index + 1, type, label: address, server: '', problem, node: null };
                }
                const node = mailflow.accountNode(id + type, type, entry, preset, definition);
                const signIn = signIns.find(({ id, name }) => [id, name].includes(entry.oauth));
                node.oauth = signIn ? signIn.id : node.oauth;
                if (type === 'smtp-account' && types.length === 2) {
                    node.imap = id + 'imap-account';
                }
                return {
                    number: index + 1,
                    type,
                    label: node.name || address || node.host,
                    server: node.host ? node.host + ':' + node.port : '',
                    problem: mailflow.accountProblem(node, entry, definition, signIn),
                    node
                };
            });
        });
    },

    /** Defaults of the dialog, then the preset, then the entry's own values. */
    accountNode(id, type, entry, preset, definition) {
        const server = type === 'imap-account' ? 'imap' : 'smtp';
        const address = String(entry.address || entry.senderAddress || '');
        const node = { id, type };
        Object.keys(definition.defaults).forEach(property => {
            node[property] = JSON.parse(JSON.stringify(definition.defaults[property].value));
        });
        const values = { address, senderAddress: address, auth: entry.oauth ? 'oauth2' : 'password' };
        if (preset) {
            const { host, port, security } = preset[server];
            const auth = preset.passwordLogin ? values.auth : 'oauth2';
            const limits = server === 'smtp' ? preset.limits : {};
            Object.assign(values, { preset: preset.id, host, port, security, auth }, limits);
        }
        Object.assign(values, Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== '')));
        Object.keys(values)
            .filter(property => property in definition.defaults && property !== 'tested')
            .forEach(property => {
                node[property] = values[property];
            });
        if (typeof node.verify === 'string' && !mailflow.isEnv(node.verify)) {
            node.verify = !/^(false|0|no|off)$/i.test(node.verify);
        }
        const isLocal = preset && preset[server].user === 'local';
        const user = entry.user || (isLocal ? address.split('@')[0] : address);
        node.credentials = { user: String(user), password: String(entry.password || '') };
        return node;
    },

    /** The first thing that is wrong, as a sentence; "" when the account can be made. The test comes later. */
    accountProblem(node, entry, definition, signIn) {
        const known = ['type', 'user', 'password', 'address', 'senderAddress', ...Object.keys(definition.defaults)];
        const unknown = Object.keys(entry).find(name => !known.includes(name));
        if (unknown !== undefined) {
            return mailflow.text('list-import.unknown-field', { name: unknown });
        }
        for (const property of Object.keys(definition.defaults)) {
            const { validate, label } = definition.defaults[property];
            const isJudged = validate && !['tested', 'oauth'].includes(property);
            const verdict = isJudged ? validate.call(node, node[property], { label }) : true;
            if (verdict !== true) {
                return verdict;
            }
        }
        const { user, password } = node.credentials;
        if (node.auth === 'oauth2') {
            return signIn || mailflow.isEnv(node.oauth) ? '' : mailflow.text('list-import.no-sign-in');
        }
        return node.auth !== 'none' && (user === '' || password === '') ? mailflow.text('list-import.no-login') : '';
    }
});
