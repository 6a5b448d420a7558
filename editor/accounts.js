// What the account dialogs share: providers by name fill the server, and say what a user has to know.
window.mailflow = Object.assign(window.mailflow || {}, {
    /** The providers this version knows; an empty list when they cannot be loaded. */
    loadPresets: () =>
        $.getJSON('mailflow/presets').then(
            presets => presets,
            () => $.Deferred().resolve([])
        ),

    presetForAddress(presets, address) {
        const [, domain] = /^[^@]+@([^@]+)$/.exec(address.trim().toLowerCase()) || [];
        const holds = entry => (entry.startsWith('*.') ? domain.endsWith(entry.slice(1)) : domain === entry);
        return domain && presets.find(preset => preset.domains.some(holds));
    },

    /** Sentences about a provider: what its login needs, and the limits it publishes. */
    presetFacts(preset) {
        const facts = preset.hints.map(hint => mailflow.text('hint.' + hint));
        const limits = Object.keys(preset.limits).map(limit =>
            mailflow.text('limit.' + limit, { number: preset.limits[limit] })
        );
        return limits.length > 0 ? [...facts, mailflow.text('hint.limits', { limits: limits.join(', ') })] : facts;
    },

    /**
     * Call in oneditprepare of an account. `server` is imap or smtp, `address` the property that holds the address,
     * `ports` the usual port for each security, `limits` the properties that a preset may fill.
     */
    account(node, { server, address, ports, limits }) {
        const field = property => $('#node-config-input-' + property);
        const facts = $('#node-config-mailflow-facts');
        const proposal = $('#node-config-mailflow-proposal');
        let presets = [];
        let chosen = field('preset').val() || '';
        let security = field('security').val();
        let derivedUser = '';
        let derivedAuth = '';

        const userFor = preset => {
            const text = String(field(address).val()).trim();
            return preset[server].user === 'local' ? text.split('@')[0] : text;
        };

        const fillUser = preset => {
            const user = String(field('user').val());
            const text = String(field(address).val()).trim();
            if (text !== '' && !mailflow.isEnv(text) && (user === '' || user === derivedUser)) {
                derivedUser = userFor(preset);
                field('user').val(derivedUser).trigger('change');
            }
        };

        /** OAuth2 where there is nothing else; what was chosen for such a provider is taken back for the next one. */
        const fillAuth = preset => {
            const auth = preset.passwordLogin ? 'password' : 'oauth2';
            if (auth === 'oauth2' || field('auth').val() === derivedAuth) {
                derivedAuth = auth === 'oauth2' ? auth : '';
                field('auth').val(auth).trigger('change');
            }
        };

        const explain = preset => {
            const sentences = preset ? mailflow.presetFacts(preset) : [];
            facts.empty().toggle(sentences.length > 0);
            sentences.forEach(sentence => $('<p>').text(sentence).appendTo(facts));
            facts.toggleClass('mailflow-warning', Boolean(preset) && !preset.passwordLogin);
        };

        const propose = () => {
            const preset = mailflow.presetForAddress(presets, String(field(address).val()));
            const isOther = Boolean(preset) && preset.id !== chosen;
            proposal.closest('.form-row').toggle(isOther);
            if (isOther) {
                proposal
                    .text(mailflow.text('account.use-preset', { provider: preset.label }))
                    .off('click')
                    .on('click', () => choose(preset));
            }
            return preset;
        };

        const choose = preset => {
            chosen = preset.id;
            security = preset[server].security;
            field('preset').val(chosen);
            field('security').val(security).trigger('change');
            field('host').val(preset[server].host).trigger('change');
            field('port').val(preset[server].port).trigger('change');
            limits.forEach(limit =>
                field(limit)
                    .val(preset.limits[limit] || '')
                    .trigger('change')
            );
            fillAuth(preset);
            fillUser(preset);
            explain(preset);
            propose();
        };

        field('preset').on('change', () => {
            const id = field('preset').val() || '';
            // the editor itself announces a change of every field when a dialog opens
            if (id !== chosen) {
                chosen = id;
                const preset = presets.find(candidate => candidate.id === id);
                if (preset) {
                    choose(preset);
                } else {
                    explain();
                    propose();
                }
            }
        });

        field(address).on('change input', event => {
            const proposed = propose();
            const current = presets.find(candidate => candidate.id === chosen);
            if (event.type === 'change' && proposed && chosen === '' && field('host').val() === '') {
                choose(proposed);
            } else if (current && event.type === 'change') {
                fillUser(current);
            }
        });

        field('security').on('change', () => {
            const next = field('security').val();
            if (next !== security && (String(ports[security]) === field('port').val() || field('port').val() === '')) {
                field('port').val(ports[next]).trigger('change');
            }
            security = next;
        });

        mailflow.showFor('#node-config-input-security', '.mailflow-tls', value => value !== 'none');
        mailflow.showFor('#node-config-input-security', '.mailflow-no-tls', value => value === 'none');
        mailflow.showFor('#node-config-input-verify', '.mailflow-no-verify', value => !value);
        mailflow.showFor('#node-config-input-auth', '.mailflow-login', value => value !== 'none');
        mailflow.showFor('#node-config-input-auth', '.mailflow-password', value => !['none', 'oauth2'].includes(value));
        mailflow.showFor('#node-config-input-auth', '.mailflow-oauth', value => value === 'oauth2');
        field('auth').on('change', () => field('oauth').trigger('change'));
        explain();
        propose();

        mailflow.loadPresets().then(loaded => {
            presets = loaded;
            const select = field('preset');
            presets.forEach(preset => {
                const known = select.children().filter((_index, option) => option.value === preset.id);
                const option = known.length > 0 ? known : $('<option>').val(preset.id);
                option.text(preset.label).appendTo(select);
            });
            select.val(chosen);
            const current = presets.find(preset => preset.id === chosen);
            if (current) {
                derivedUser = userFor(current);
                derivedAuth = current.passwordLogin ? '' : 'oauth2';
                explain(current);
            }
            const proposed = propose();
            if (presets.length === 0) {
                facts.text(mailflow.text('account.no-presets')).show();
            } else if (proposed && chosen === '' && field('host').val() === '') {
                // the address was typed before the list had arrived
                choose(proposed);
            }
        });
    },

    /** Ticks the rights of an imap-account. Reading is never taken away; a variable cannot be shown as boxes. */
    showRights(node) {
        const rights = mailflow.entries(node.rights);
        const isVariable = rights.some(mailflow.isEnv);
        $('.mailflow-right').each((_index, box) => {
            const isSet = node.rights === undefined || isVariable || box.value === 'read' || rights.includes(box.value);
            $(box).prop({ checked: isSet, disabled: isVariable || box.value === 'read' });
        });
    },

    rightValues(node) {
        if (mailflow.entries(node.rights).some(mailflow.isEnv)) {
            return node.rights;
        }
        const boxes = $('.mailflow-right').filter((_index, box) => box.checked);
        return boxes.map((_index, box) => box.value).get();
    }
});
