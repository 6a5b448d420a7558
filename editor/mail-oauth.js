// The dialog of mail-oauth: which fields a provider and a way to sign in need, and the address to come back to.
window.mailflow = Object.assign(window.mailflow || {}, {
    /**
     * The ways to sign in that each provider has for mail. Google's device code excludes the scopes of mail, and its
     * app-only access works by signed assertions instead of a client secret.
     */
    oauthFlows: {
        google: ['code'],
        microsoft: ['code', 'device', 'client'],
        custom: ['code', 'device', 'client']
    },

    /** What is asked for while the field is empty, as the runtime has it. */
    oauthScopes(provider, flow) {
        if (provider === 'google') {
            return 'openid email https://mail.google.com/';
        }
        if (provider !== 'microsoft') {
            return '';
        }
        const resource = 'https://outlook.office.com/';
        return flow === 'client'
            ? 'https://outlook.office365.com/.default'
            : `openid profile offline_access ${resource}IMAP.AccessAsUser.All ${resource}SMTP.Send`;
    },

    /** A variable may stand for any provider, and so for any way. */
    oauthFlowsOf: provider => mailflow.oauthFlows[provider] || mailflow.oauthFlows.custom,

    /** Providers accept plain http only for the machine on which the browser itself runs. */
    isLoopback: url => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname),

    /**
     * Where the provider sends the browser after the sign-in, and whether the editor is reached there. An editor that
     * is opened by plain http under another name cannot be registered: then localhost stands in, and the address at
     * which the browser ends is pasted by hand.
     */
    oauthReturnAddress(location) {
        const url = new URL('mailflow/mail-oauth/callback', location.origin + location.pathname);
        const isReached = url.protocol === 'https:' || mailflow.isLoopback(url);
        if (!isReached) {
            url.hostname = 'localhost';
        }
        return { address: url.href, isReached };
    },

    /** What the runtime signs in with: the dialog as it stands; a secret that was not retyped stays away. */
    oauthForm(node) {
        const properties = {};
        Object.keys(node._def.defaults).forEach(property => {
            properties[property] = mailflow.current(node, property);
        });
        const credentials = {};
        ['clientSecret', 'refreshToken'].forEach(name => {
            const typed = mailflow.input(node, name).val();
            if (typed !== '__PWRD__') {
                credentials[name] = typed || '';
            }
        });
        return { properties, credentials };
    },

    /** Call in oneditprepare of mail-oauth, after `open`. */
    oauthFields(node) {
        const field = property => $('#node-config-input-' + property);
        const form = field('provider').closest('form');
        const ways = field('flow').children().get();

        const offer = () => {
            const chosen = field('flow').val();
            const offered = mailflow.oauthFlowsOf(field('provider').val());
            const isKnown = mailflow.oauthFlows.custom.includes(chosen);
            field('flow').children().detach();
            // a variable, or a way of a later version, stays
            field('flow').append(ways.filter(way => offered.includes(way.value) || (!isKnown && way.value === chosen)));
            field('flow').val(!isKnown || offered.includes(chosen) ? chosen : offered[0]);
        };

        const isFor = (row, property) => {
            const wanted = row.getAttribute('data-' + property);
            const value = field(property).val();
            return wanted === null || wanted.split(' ').includes(value) || mailflow.isEnv(value);
        };
        const update = () => {
            form.find('[data-provider], [data-flow]').each((_index, row) => {
                $(row).toggle(isFor(row, 'provider') && isFor(row, 'flow'));
            });
            field('scopes').attr('placeholder', mailflow.oauthScopes(field('provider').val(), field('flow').val()));
            ['tenant', 'authorizeUrl', 'tokenUrl', 'deviceUrl'].forEach(property => field(property).trigger('change'));
        };

        field('provider').on('change', () => {
            offer();
            field('flow').trigger('change');
        });
        field('flow').on('change', update);
        offer();
        update();

        const { address, isReached } = mailflow.oauthReturnAddress(window.location);
        mailflow.copyButton($('#node-config-mailflow-return').val(address), node._('mail-oauth.label.return'));
        if (isReached) {
            form.find('.mailflow-not-reached').remove();
        }
    },

    /** A button behind a field that copies its text. `label` says what is copied to those who do not see it. */
    copyButton(field, label) {
        const icon = $('<i aria-hidden="true" class="fa fa-clipboard">');
        const title = mailflow.text('oauth.copy', { label });
        const said = $('<span class="mailflow-unseen" role="status">');
        const done = () => {
            icon.attr('class', 'fa fa-check');
            said.text(mailflow.text('oauth.copied'));
        };
        // browsers give the clipboard to pages that came by https, and editors often do not
        const copySelected = () => {
            field.trigger('select');
            if (window.document.execCommand('copy')) {
                done();
            }
        };
        const copy = () => {
            const { clipboard } = window.navigator;
            if (clipboard) {
                clipboard.writeText(field.val()).then(done, copySelected);
            } else {
                copySelected();
            }
        };
        return $('<button type="button" class="red-ui-button mailflow-pick">')
            .attr({ 'aria-label': title, title })
            .append(icon)
            .on('click', copy)
            .insertAfter(field)
            .after(said);
    }
});
