// "Test & save": what is sent to be tested, how the steps are shown, and what an account remembers of a passed test.
window.mailflow = Object.assign(window.mailflow || {}, {
    /** The settings that a test is worth: a change of one of them makes it void. Holds no secret. */
    testedForm(node) {
        const value = property => {
            const current = mailflow.current(node, property);
            return current === undefined || current === null || current === '_ADD_' ? '' : String(current).trim();
        };
        const properties = ['security', 'host', 'port', 'verify', 'tls', 'auth'];
        const parts = (value('auth') === 'oauth2' ? [...properties, 'oauth'] : properties).map(value);
        // what comes from the environment can change without anybody opening the editor: no test holds for it
        return parts.some(mailflow.isEnv) ? '' : parts.join(' ');
    },

    /** The account as its open dialog has it, or as the editor knows it; a password that was not retyped stays away. */
    accountForm(node) {
        const properties = {};
        Object.keys(node._def.defaults).forEach(property => {
            const value = mailflow.current(node, property);
            properties[property] = value === '_ADD_' ? '' : value;
        });
        if ($('.mailflow-right').length > 0 && mailflow.input(node, 'host').length > 0) {
            properties.rights = mailflow.rightValues(node);
        }
        const stored = node.credentials || {};
        const secret = property => {
            const field = mailflow.input(node, property);
            return field.length > 0 ? field.val() : stored[property];
        };
        const credentials = { user: secret('user') || '' };
        const password = secret('password');
        if (password && password !== '__PWRD__') {
            credentials.password = password;
        }
        return { properties, credentials };
    },

    /**
     * Runs a test and hands over each step as it comes. `form` is empty for the account as it is deployed.
     * Resolves with `{ok, folders, error}`; `abort` on the result ends it.
     */
    runTest(type, id, form, onStep) {
        let seen = 0;
        let result = { ok: false, folders: [], error: null };
        const read = text => {
            const lines = text.slice(seen).split('\n');
            // the last line may not be complete yet
            seen = text.length - lines.pop().length;
            lines.filter(Boolean).forEach(line => {
                const value = JSON.parse(line);
                if (value.step) {
                    onStep(value);
                } else {
                    result = value;
                }
            });
        };
        const running = $.ajax({
            url: 'mailflow/' + type + '/' + encodeURIComponent(id) + '/test',
            method: 'POST',
            contentType: 'application/json',
            data: JSON.stringify(form),
            dataType: 'text',
            xhr: () => {
                const xhr = new window.XMLHttpRequest();
                xhr.addEventListener('progress', () => read(xhr.responseText));
                return xhr;
            }
        });
        const done = running.then(
            text => {
                read(text + '\n');
                return result;
            },
            xhr => {
                const key = [401, 403].includes(xhr.status) ? 'forbidden' : 'no-answer';
                onStep({ step: 'settings', outcome: 'failed', note: key, values: {}, error: null });
                return $.Deferred().resolve(result);
            }
        );
        return Object.assign(done, { abort: () => running.abort() });
    },

    /**
     * What a person can do about a failure, in the language of the editor as far as it has a sentence for it. Where
     * the server's words hold a code that is known, the sentence is about that. `prefix` names sentences that go before
     * the usual ones.
     */
    errorTexts(error, prefix = '') {
        const [code = ''] = /AADSTS\d+|\b5\.7\.139\b|^(access_denied|expired_token)\b/.exec(error.response) || [];
        const own = kind => {
            const names = [code.replace(/\./g, '-'), error.code].filter(Boolean).map(name => kind + '.' + name);
            const keys = names.flatMap(name => (prefix ? [prefix + name, name] : [name]));
            return keys.map(key => [key, mailflow.text(key)]).find(([key, text]) => !text.endsWith(key));
        };
        const [key = '', problem] = own('error') || [];
        const [, remedy] = own('remedy') || [];
        return {
            problem: problem || error.problem,
            remedy: remedy || error.remedy,
            // the sentence of the runtime names host, folder or variable; beside a known code it says the same again
            detail: key.endsWith('.' + error.code) ? error.problem : '',
            response: error.response
        };
    },

    /** One step of a test as an item of a list; everything in it that a server said is text. */
    stepItem(step) {
        const icons = {
            passed: 'check-circle',
            warning: 'exclamation-triangle',
            failed: 'times-circle',
            skipped: 'minus-circle'
        };
        const item = $('<li>').addClass('mailflow-step mailflow-step-' + step.outcome);
        const body = $('<div>').appendTo(item);
        $('<i aria-hidden="true">')
            .addClass('fa fa-' + icons[step.outcome])
            .prependTo(item);
        $('<strong>')
            .text(mailflow.text('probe.step.' + step.step))
            .appendTo(body);
        $('<span class="mailflow-unseen">')
            .text(': ' + mailflow.text('probe.outcome.' + step.outcome))
            .appendTo(body);
        const line = (text, className) => text && $('<div>').addClass(className).text(text).appendTo(body);
        line(step.note && mailflow.text('probe.note.' + step.note, step.values), 'mailflow-note');
        if (step.error) {
            mailflow.errorLines(step.error, body);
        }
        return item;
    },

    /** Problem, remedy, details and the server's own words, each on a line of its own. */
    errorLines(error, target, prefix) {
        const { problem, remedy, detail, response } = mailflow.errorTexts(error, prefix);
        const line = (text, className) => text && $('<div>').addClass(className).text(text).appendTo(target);
        line(problem, 'mailflow-failure');
        line(remedy, 'mailflow-remedy');
        line(detail && mailflow.text('probe.detail', { detail }), 'mailflow-note');
        line(response && mailflow.text('probe.response', { response }), 'mailflow-note');
    },

    /**
     * Call in oneditprepare of an account, after `account`. The button tests what the dialog holds; when every step was
     * passed without a warning, the dialog closes as if its own button had been pressed.
     */
    testButton(node, type) {
        const field = property => $('#node-config-input-' + property);
        const button = $('#node-config-mailflow-test');
        const list = $('#node-config-mailflow-steps');
        const verdict = $('#node-config-mailflow-verdict');
        const tested = field('tested');
        let running = null;

        const revalidate = () => tested.trigger('change');
        ['security', 'host', 'port', 'verify', 'tls', 'auth', 'oauth'].forEach(property =>
            field(property).on('change input', revalidate)
        );
        ['user', 'password'].forEach(property => {
            const before = field(property).val();
            field(property).on('change input', () => {
                if (field(property).val() !== before) {
                    // a test of another login says nothing about this one
                    tested.val('');
                    revalidate();
                }
            });
        });
        // the dialog is gone: nobody waits for the answer any more
        button.on('remove', () => running && running.abort());

        const say = key => {
            verdict.text(mailflow.text('probe.' + key));
            verdict[0].scrollIntoView({ block: 'nearest' });
        };
        const finish = (result, steps, form) => {
            running = null;
            button.prop('disabled', false);
            list.removeAttr('aria-busy');
            if (!result.ok) {
                return say('verdict.failed');
            }
            // settings that were changed during the test were not tested
            if (form === mailflow.testedForm(node)) {
                tested.val(form);
                revalidate();
            }
            if (steps.some(step => step.outcome === 'warning')) {
                return say('verdict.warning');
            }
            say('verdict.passed');
            const summary = mailflow.text('probe.summary', { number: steps.length });
            RED.notify(summary, { type: 'success', timeout: 6000 });
            $('#node-config-dialog-ok').trigger('click');
        };

        button.on('click', () => {
            const steps = [];
            const form = mailflow.testedForm(node);
            list.empty().attr('aria-busy', 'true').show();
            button.prop('disabled', true);
            say('verdict.running');
            running = mailflow.runTest(type, node.id, mailflow.accountForm(node), step => {
                steps.push(step);
                const item = mailflow.stepItem(step).appendTo(list);
                item[0].scrollIntoView({ block: 'nearest' });
            });
            running.then(result => finish(result, steps, form));
        });
        list.hide();
    }
});
