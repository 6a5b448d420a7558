// Servers for an address that no preset knows: the runtime asks the domain, the user takes one of the answers.
window.mailflow = Object.assign(window.mailflow || {}, {
    /** Call in oneditprepare of an account, after `account`; `server` and `address` as there. */
    discovery({ server, address }) {
        const field = property => $('#node-config-input-' + property);
        const button = $('#node-config-mailflow-search');
        const found = $('#node-config-mailflow-found').hide();
        const typed = () => String(field(address).val()).trim();
        const update = () => button.prop('disabled', !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(typed()));

        const take = proposal => {
            const chosen = proposal[server];
            field('preset').val(proposal.preset).trigger('change');
            field('security').val(chosen.security).trigger('change');
            field('host').val(chosen.host).trigger('change');
            field('port').val(chosen.port).trigger('change');
            field('user').val(chosen.user).trigger('change');
            found.empty().hide();
            field('oauth').add(field('password')).filter(':visible').first().trigger('focus');
        };

        const show = answer => {
            found.empty().show();
            if (answer.error) {
                return mailflow.errorLines(answer.error, found);
            }
            const usable = answer.proposals.filter(proposal => proposal[server]);
            usable.forEach(proposal => mailflow.proposalRow(proposal, server, () => take(proposal)).appendTo(found));
            if (usable.length === 0) {
                $('<p>').text(mailflow.text('discovery.nothing')).appendTo(found);
                const list = $('<ul>').appendTo(found);
                answer.steps.forEach(step => {
                    const source = mailflow.text('discovery.source.' + step.source, { origin: step.origin });
                    const reason = step.reason || mailflow.text('discovery.no-answer');
                    $('<li>').text(mailflow.text('discovery.asked', { source, reason })).appendTo(list);
                });
            }
        };

        button.on('click', () => {
            button.prop('disabled', true);
            found.empty().show().text(mailflow.text('discovery.running'));
            $.ajax({
                url: 'mailflow/discovery',
                method: 'POST',
                contentType: 'application/json',
                data: JSON.stringify({ address: typed() }),
                dataType: 'json'
            })
                .then(show, xhr => {
                    const key = [401, 403].includes(xhr.status) ? 'forbidden' : 'no-answer';
                    found.text(mailflow.text('probe.note.' + key));
                })
                .always(update);
        });
        field(address).on('change input', update);
        update();
    },

    /** What is proposed, from where, and the button that takes it. */
    proposalRow(proposal, server, take) {
        const { host, port, security, user } = proposal[server];
        const row = $('<div class="mailflow-proposal">');
        const body = $('<div>').appendTo(row);
        const text = mailflow.text('discovery.server', { host, port, security: security.toUpperCase(), user });
        $('<div>').text(text).appendTo(body);
        const source = mailflow.text('discovery.source.' + proposal.source, { origin: proposal.origin });
        $('<div class="mailflow-note">').text(source).appendTo(body);
        $('<button type="button" class="red-ui-button">')
            .text(mailflow.text('discovery.use'))
            .attr('aria-label', mailflow.text('discovery.use-server', { host }))
            .on('click', take)
            .appendTo(row);
        return row;
    }
});
