// The tab of the sidebar: refreshes itself while it is shown, and only then.
(() => {
    const REFRESH_MS = 5000;
    /** Results of tests stay with their account until the next one. */
    const results = new Map();
    let content;
    let timer;

    const button = (key, account, icon, onClick) =>
        $('<button type="button" class="red-ui-button red-ui-button-small">')
            .append($('<i aria-hidden="true">').addClass('fa fa-' + icon), window.document.createTextNode(' '))
            .append($('<span>').text(mailflow.text('health.' + key)))
            .attr({ 'aria-label': mailflow.text('health.' + key + '-of-account', { name: account.name }) })
            .attr('data-mailflow', key + ' ' + account.id)
            .on('click', onClick);

    const test = account => {
        const steps = $('<ol class="mailflow-steps" aria-live="polite">').attr('aria-busy', 'true');
        results.set(account.id, steps);
        refresh();
        mailflow
            .runTest(account.type, account.id, {}, step => steps.append(mailflow.stepItem(step)))
            .then(() => {
                steps.removeAttr('aria-busy');
                refresh();
            });
    };
    const lookNow = account =>
        $.ajax({ url: 'mailflow/health/' + encodeURIComponent(account.id) + '/look', method: 'POST' }).always(refresh);

    const actionsOf = account => {
        if (account.state === 'undeployed') {
            return [];
        }
        const running = results.get(account.id);
        const testButton = button('test', account, 'check', () => test(account));
        testButton.prop('disabled', Boolean(running) && running.is('[aria-busy]'));
        const look = account.type === 'imap-account' && account.folders.length > 0;
        return look ? [testButton, button('look', account, 'refresh', () => lookNow(account))] : [testButton];
    };

    const show = ({ accounts, problem }) => {
        const list = content.find('.mailflow-accounts');
        const focused = list.find(window.document.activeElement).attr('data-mailflow');
        // kept, because emptying the list would take the listeners of what is in it
        results.forEach(steps => steps.detach());
        list.empty();
        const all = mailflow.withUndeployed(accounts);
        if (problem || all.length === 0) {
            $('<p class="mailflow-note">')
                .text(problem || mailflow.text('health.none'))
                .appendTo(list);
        }
        all.forEach(account => {
            const card = mailflow.accountCard(account, actionsOf(account)).appendTo(list);
            if (results.has(account.id)) {
                card.append(results.get(account.id));
            }
        });
        if (focused) {
            list.find('[data-mailflow]')
                .filter((_index, element) => $(element).attr('data-mailflow') === focused)
                .trigger('focus');
        }
    };

    const refresh = () => mailflow.loadHealth().then(show);

    const stop = () => {
        window.clearInterval(timer);
        timer = undefined;
    };
    const start = () => {
        stop();
        refresh();
        timer = window.setInterval(() => (content.is(':visible') ? refresh() : stop()), REFRESH_MS);
    };

    /** Once per visit, and only for what a person has to do something about. */
    const greet = () =>
        mailflow.loadHealth().then(({ accounts }) => {
            const troubled = mailflow.troubled(accounts);
            if (troubled.length === 0) {
                return;
            }
            const names = troubled.map(account => account.name).join(', ');
            const text = $('<p>').text(mailflow.text('health.greeting', { number: troubled.length, names }));
            const notification = RED.notify(text[0].outerHTML, {
                type: 'warning',
                fixed: true,
                buttons: [
                    { text: mailflow.text('health.close'), click: () => notification.close() },
                    {
                        text: mailflow.text('health.show'),
                        class: 'primary',
                        click: () => {
                            notification.close();
                            RED.sidebar.show('mailflow');
                        }
                    }
                ]
            });
        });

    RED.plugins.registerPlugin('mailflow-sidebar', {
        onadd() {
            content = $('<div class="mailflow-sidebar">');
            $('<div class="mailflow-accounts">').appendTo(content);
            mailflow.accountImport(refresh).appendTo(content);
            RED.sidebar.addTab({
                id: 'mailflow',
                label: mailflow.text('health.tab'),
                name: mailflow.text('health.title'),
                iconClass: 'fa fa-envelope-o',
                content,
                enableOnEdit: true,
                onchange: start
            });
            RED.actions.add('mailflow:show-accounts', () => RED.sidebar.show('mailflow'));
            RED.events.on('deploy', () => content.is(':visible') && start());
            // only now does the editor know which accounts there are
            let isGreeted = false;
            RED.events.on('flows:loaded', () => {
                if (!isGreeted) {
                    isGreeted = true;
                    greet();
                }
            });
        }
    });
})();
