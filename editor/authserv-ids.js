// The aid beside the list of servers whose word counts: whose Authentication-Results a mailbox's latest mails carry.
window.mailflow = Object.assign(window.mailflow || {}, {
    /** An id ends at the first blank, comment or semicolon. */
    authservIdProblem: id => (/^[^\s;()"\\=]{1,253}$/.test(id) ? '' : 'authserv-id'),

    /**
     * Call in oneditprepare. Fills the select `account` with the accounts of the editor; `button` asks the deployed one,
     * and `found` shows what it says, each id with a button that adds it to `list`. Nothing of it is saved.
     */
    authservAid({ account, button, found, list }) {
        const select = $(account);
        const results = $(found);

        RED.nodes.eachConfig(config => {
            if (config.type === 'imap-account') {
                $('<option>').val(config.id).text(RED.utils.getNodeLabel(config)).appendTo(select);
            }
        });

        const say = (text, isProblem) =>
            results.empty().append(
                $('<p>')
                    .attr('role', isProblem ? 'alert' : 'status')
                    .text(text)
            );

        const add = id => {
            const known = mailflow.entries(mailflow.listValues(list)).map(entry => entry.toLowerCase());
            if (!known.includes(id)) {
                $(list).editableList('addItem', { value: id });
            }
        };

        const show = answer => {
            if (answer.error) {
                return say(answer.error, true);
            }
            if (answer.ids.length === 0) {
                return say(mailflow.text('authserv.none', { mails: answer.mails }));
            }
            say(mailflow.text('authserv.found', { mails: answer.mails }));
            answer.ids.forEach(({ id, mails, topmost }) => {
                const row = $('<div class="mailflow-choice">').appendTo(results);
                $('<button type="button" class="red-ui-button">')
                    .text(mailflow.text('authserv.use', { id }))
                    .on('click', () => add(id))
                    .appendTo(row);
                $('<span>').text(mailflow.text('authserv.count', { mails, topmost })).appendTo(row);
            });
        };

        $(button).on('click', () => {
            const id = select.val();
            if (!id) {
                return say(mailflow.text('authserv.no-account'), true);
            }
            $(button).prop('disabled', true);
            say(mailflow.text('authserv.looking'));
            $.ajax({ url: 'mailflow/authserv-ids/' + encodeURIComponent(id), type: 'POST' })
                .then(show, request =>
                    say(mailflow.text(request.status === 401 ? 'authserv.forbidden' : 'authserv.failed'), true)
                )
                .always(() => $(button).prop('disabled', false));
        });
    }
});
