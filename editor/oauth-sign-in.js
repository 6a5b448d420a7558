// Signing in from the dialog of mail-oauth: the conversation with the runtime, and what is shown of it.
window.mailflow = Object.assign(window.mailflow || {}, {
    /**
     * Asks the runtime about one mail-oauth node. Rejects with a report of the error; `isFinal` tells that the runtime
     * itself refused, so that asking again is of no use.
     */
    oauthRequest(id, method, path = '', data = undefined) {
        return $.ajax({
            url: 'mailflow/mail-oauth/' + encodeURIComponent(id) + path,
            method,
            contentType: 'application/json',
            data: data && JSON.stringify(data),
            dataType: 'json'
        }).then(
            answer => answer,
            xhr => {
                const { error } = xhr.responseJSON || {};
                const key = [401, 403].includes(xhr.status) ? 'forbidden' : 'no-answer';
                const unknown = { code: '', problem: mailflow.text('probe.note.' + key), remedy: '', response: '' };
                const report = error && error.problem ? error : unknown;
                const isFinal = xhr.status >= 400 && xhr.status < 500;
                return $.Deferred().reject(Object.assign({ isFinal }, report));
            }
        );
    },

    /** A provider's address is opened only if a browser would take it for a page. */
    isWebAddress: text => /^https?:\/\//i.test(String(text)),

    /** What is stored for the node, as lines of text. `wanted` is the mailbox that the dialog names. */
    oauthState({ state, user, expiresAt, scopes, error }, wanted) {
        const box = $('<div>');
        const line = (key, values, className) =>
            $('<div>')
                .addClass(className || 'mailflow-note')
                .text(mailflow.text('oauth.' + key, values))
                .appendTo(box);
        if (state === 'signed-in') {
            line(user ? 'signed-in-as' : 'signed-in', { user }, 'mailflow-signed-in');
            const isOther = user && wanted && !mailflow.isEnv(wanted) && user.toLowerCase() !== wanted.toLowerCase();
            if (isOther) {
                line('other-user', { wanted }, 'mailflow-remedy');
            }
            if (expiresAt) {
                line('expires', { time: mailflow.clock(expiresAt) });
            }
            const granted = [scopes || []].flat().join(' ');
            if (granted) {
                line('scopes', { scopes: granted });
            }
        } else if (state === 'rejected') {
            line('rejected', {}, 'mailflow-failure');
            if (error) {
                mailflow.errorLines(error, box, 'oauth-');
            }
        } else {
            line('signed-out');
        }
        return box.children();
    },

    /** A text to take elsewhere: a field that cannot be changed, with its label and a button that copies. */
    oauthCopyRow(key, value) {
        const id = RED.nodes.id();
        const label = mailflow.text('oauth.' + key);
        const row = $('<div class="mailflow-copy">');
        $('<label>').attr('for', id).text(label).appendTo(row);
        const field = $('<input type="text" readonly>').attr('id', id).val(value).appendTo(row);
        mailflow.copyButton(field, label);
        return row;
    },

    oauthLink: (key, url) =>
        $('<a target="_blank" rel="noopener noreferrer">')
            .attr('href', url)
            .text(mailflow.text('oauth.' + key)),

    /** What a person does now for the sign-in to go on. `paste` takes the address at which the browser ended. */
    oauthWaiting(answer, paste) {
        const box = $('<div>');
        const say = (key, values) =>
            $('<p>')
                .text(mailflow.text('oauth.' + key, values))
                .appendTo(box);
        if (answer.flow === 'device') {
            say('device-wait');
            mailflow.oauthCopyRow('device-code', answer.userCode).addClass('mailflow-device-code').appendTo(box);
            mailflow.oauthCopyRow('device-address', answer.verificationUri).appendTo(box);
            if (mailflow.isWebAddress(answer.verificationUri)) {
                $('<p>').append(mailflow.oauthLink('device-open', answer.verificationUri)).appendTo(box);
            }
            if (answer.expiresAt) {
                say('device-until', { time: mailflow.clock(answer.expiresAt) });
            }
        } else if (answer.flow === 'code') {
            say('code-wait');
            $('<p>').append(mailflow.oauthLink('code-open', answer.authorizationUrl)).appendTo(box);
            mailflow.oauthPasteRow(paste).appendTo(box);
        } else {
            say('client-wait');
        }
        return box.children();
    },

    oauthPasteRow(paste) {
        const id = RED.nodes.id();
        const part = $('<div class="mailflow-paste">');
        $('<label>').attr('for', id).text(mailflow.text('oauth.paste')).appendTo(part);
        const row = $('<div class="mailflow-copy">').appendTo(part);
        const field = $('<input type="text" autocomplete="off" spellcheck="false">')
            .attr({ id, placeholder: 'https://…/mailflow/mail-oauth/callback?code=…&state=…' })
            .appendTo(row);
        const problem = $('<div role="alert">').appendTo(part);
        const take = () => {
            const url = field.val().trim();
            problem.empty();
            if (url !== '') {
                paste(url).catch(error => mailflow.errorLines(error, problem, 'paste-'));
            }
        };
        field.on('keydown', event => {
            if (event.key === 'Enter') {
                // the editor takes Enter for saving the dialog
                event.preventDefault();
                event.stopPropagation();
                take();
            }
        });
        $('<button type="button" class="red-ui-button">')
            .text(mailflow.text('oauth.paste-use'))
            .on('click', take)
            .appendTo(row);
        return part;
    },

    /** Call in oneditcancel: nobody waits any more, and a node that will never exist needs no token. */
    oauthCancelled(id, isNew) {
        $('#node-config-mailflow-stop').filter(':visible').trigger('click');
        if (isNew) {
            mailflow.oauthRequest(id, 'DELETE');
        }
    },

    /** Call in oneditprepare of mail-oauth, after `oauthFields`. */
    oauthSignIn(node) {
        const POLL_MS = 2000;
        const part = name => $('#node-config-mailflow-' + name);
        const [state, waiting, changed] = [part('state'), part('waiting'), part('changed')];
        const [signIn, stop, signOut] = [part('sign-in'), part('stop'), part('sign-out')];
        const field = property => mailflow.input(node, property);
        const [flow, mailbox] = [field('flow'), field('user')];
        // what the runtime ties a sign-in to: another token server or app cannot use it
        const bound = ['provider', 'tenant', 'clientId', 'tokenUrl'].map(field);
        const boundTo = () => JSON.stringify(bound.map(input => input.val()));
        const ask = (method, path, data) => mailflow.oauthRequest(node.id, method, path, data);
        let session = '';
        let timer;
        let isSignedIn = false;
        let signedInWith = boundTo();
        let isClosed = false;

        const update = () => {
            const isWaiting = session !== '';
            const isApp = flow.val() === 'client';
            const key = isApp ? 'fetch-token' : isSignedIn ? 'sign-in-again' : 'sign-in';
            signIn.find('span').text(mailflow.text('oauth.' + key));
            signIn.toggle(!isWaiting);
            stop.toggle(isWaiting);
            signOut.toggle(isSignedIn && !isWaiting);
            changed.toggle(isSignedIn && !isWaiting && boundTo() !== signedInWith);
        };

        const fail = error => {
            state.empty();
            mailflow.errorLines(error, state, 'oauth-');
        };
        const show = answer => {
            isSignedIn = answer.state === 'signed-in' || answer.state === 'rejected';
            state.empty().append(mailflow.oauthState(answer, String(mailbox.val()).trim()));
            update();
        };
        const load = () => ask('GET').then(show, fail);

        const end = () => {
            window.clearTimeout(timer);
            const hadFocus = $(window.document.activeElement).closest(waiting.add(stop)).length > 0;
            session = '';
            waiting.empty().hide();
            update();
            if (hadFocus) {
                signIn.trigger('focus');
            }
        };
        const judge = answer => {
            if (answer.state === 'waiting') {
                return follow();
            }
            end();
            if (answer.state === 'failed') {
                return fail(answer.error || { code: '', problem: mailflow.text('oauth.failed') });
            }
            signedInWith = boundTo();
            load();
        };
        const follow = () => {
            const followed = session;
            window.clearTimeout(timer);
            timer = window.setTimeout(() => {
                const isCurrent = () => !isClosed && session === followed;
                ask('GET', '/sign-in/' + encodeURIComponent(followed)).then(
                    answer => isCurrent() && judge(answer),
                    error => {
                        if (isCurrent() && error.isFinal) {
                            end();
                            fail(error);
                        } else if (isCurrent()) {
                            // a runtime that is out of reach for a moment still waits for the provider
                            follow();
                        }
                    }
                );
            }, POLL_MS);
        };
        const paste = url =>
            ask('POST', '/sign-in/' + encodeURIComponent(session), { url }).then(answer => {
                window.clearTimeout(timer);
                judge(answer);
            });

        const begin = () => {
            // only the click itself may open a tab; the address for it comes later
            const tab = flow.val() === 'code' ? window.open('', '_blank') : null;
            const redirectUri = $('#node-config-mailflow-return').val();
            signIn.prop('disabled', true);
            state.text(mailflow.text('oauth.asking'));
            ask('POST', '/sign-in', Object.assign(mailflow.oauthForm(node), { redirectUri }))
                .then(answer => {
                    if (answer.flow === 'code' && !mailflow.isWebAddress(answer.authorizationUrl)) {
                        return $.Deferred().reject({ code: '', problem: mailflow.text('oauth.failed') });
                    }
                    if (tab && answer.flow === 'code') {
                        tab.opener = null;
                        tab.location.replace(answer.authorizationUrl);
                    } else if (tab) {
                        tab.close();
                    }
                    session = answer.session;
                    state.text(mailflow.text('oauth.waiting'));
                    waiting.empty().append(mailflow.oauthWaiting(answer, paste)).show();
                    update();
                    stop.trigger('focus')[0].scrollIntoView({ block: 'nearest' });
                    follow();
                })
                .catch(error => {
                    if (tab) {
                        tab.close();
                    }
                    fail(error);
                })
                .always(() => signIn.prop('disabled', false));
        };

        signIn.on('click', begin);
        stop.on('click', () => {
            ask('DELETE', '/sign-in/' + encodeURIComponent(session));
            end();
            load();
        });
        signOut.on('click', () => ask('DELETE').then(load, fail));
        [flow, ...bound].forEach(input => input.on('change input', update));
        // the dialog is gone: nobody looks at the answers any more, and the runtime goes on by itself
        state.on('remove', () => {
            isClosed = true;
            window.clearTimeout(timer);
        });

        waiting.hide();
        update();
        load();
    }
});
