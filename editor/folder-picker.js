// Fields in which a folder of the server is chosen. The text stays editable: for accounts that cannot be reached from
// here, for variables, and for folders that do not exist yet.
window.mailflow = Object.assign(window.mailflow || {}, {
    /**
     * Adds a button behind the field `target` that lists the folders of an account. `target` is a text field, a
     * TypedInput, or a list made by `mailflow.list`. `getAccount` returns the id of the imap-account, or the account
     * whose own dialog this is; when it returns nothing, the user chooses among the accounts that there are.
     * `className` is given to the button, for rows that come and go with a choice.
     */
    folderPicker(target, getAccount, className = '') {
        const field = $(target);
        const row = field.closest('.form-row');
        const title = mailflow.text('folders.choose');
        const button = $('<button type="button" class="red-ui-button mailflow-pick">')
            .attr({ 'aria-label': title, title, 'aria-expanded': 'false' })
            .append('<i class="fa fa-folder-open-o" aria-hidden="true">')
            .appendTo(row);
        const panel = $('<div class="mailflow-folders">').addClass(className).insertAfter(row).hide();
        button.addClass(className);

        // what is in it stays until it is opened again: handlers of the editor still look at where the event came from
        const close = () => {
            panel.hide();
            button.attr('aria-expanded', 'false');
        };
        const choose = path => {
            if (field.is('ol')) {
                if (!mailflow.entries(mailflow.listValues(field)).includes(path)) {
                    field.editableList('addItem', { value: path });
                }
                return;
            }
            if (field.next('.red-ui-typedInput-container').length > 0) {
                field.typedInput('type', 'str').typedInput('value', path);
            } else {
                field.val(path).trigger('change');
            }
            close();
            button.trigger('focus');
        };
        const open = account => {
            panel.empty().show();
            button.attr('aria-expanded', 'true');
            const status = $('<div role="status">').text(mailflow.text('folders.loading')).appendTo(panel);
            mailflow.loadFolders(account).then(({ folders, error }) => {
                if (folders.length > 0) {
                    status.remove();
                    mailflow.folderList(folders, choose, close).appendTo(panel).trigger('focus');
                } else {
                    status.empty();
                    mailflow.errorLines(error || { code: '', problem: mailflow.text('folders.none') }, status);
                }
            });
        };

        // a choice above may have taken the whole row away
        row.closest('form').on('change', 'select', () => window.setTimeout(() => button.is(':visible') || close()));
        button.on('click', () => {
            if (panel.is(':visible')) {
                return close();
            }
            const account = getAccount();
            if (account && account !== '_ADD_') {
                return open(account);
            }
            const accounts = mailflow.accountNodes('imap-account');
            if (accounts.length === 1) {
                return open(accounts[0].id);
            }
            panel.empty().show();
            button.attr('aria-expanded', 'true');
            mailflow.accountChoice(accounts, open).appendTo(panel);
        });
    },

    /** The accounts that the editor knows, deployed or not; of both kinds, or the config nodes of one type. */
    accountNodes(type) {
        const accounts = [];
        RED.nodes.eachConfig(node => {
            if (type ? node.type === type : /^(imap|smtp)-account$/.test(node.type)) {
                accounts.push(node);
            }
            return true;
        });
        return accounts;
    },

    accountLabel: node => node.name || node.address || node.senderAddress || node.host || node.id,

    accountChoice(accounts, open) {
        if (accounts.length === 0) {
            return $('<div role="status">').text(mailflow.text('folders.no-account'));
        }
        const select = $('<select>').attr('aria-label', mailflow.text('folders.account'));
        $('<option value="">').text(mailflow.text('folders.account')).appendTo(select);
        accounts.forEach(node => $('<option>').val(node.id).text(mailflow.accountLabel(node)).appendTo(select));
        return select.on('change', () => select.val() && open(select.val()));
    },

    /** Resolves with `{folders, error}`; never rejects. `account` is an id, or the node whose dialog is open. */
    loadFolders(account) {
        const node = typeof account === 'string' ? RED.nodes.node(account) : account;
        if (!node) {
            return $.Deferred().resolve({ folders: [], error: null });
        }
        const isOpen = mailflow.input(node, 'host').length > 0;
        // an account that is deployed as it stands here is asked over its own connection
        const form = isOpen || node.changed ? mailflow.accountForm(node) : {};
        return $.ajax({
            url: 'mailflow/imap-account/' + encodeURIComponent(node.id) + '/folders',
            method: 'POST',
            contentType: 'application/json',
            data: JSON.stringify(form),
            dataType: 'json'
        }).then(
            answer => answer,
            xhr => {
                const key = [401, 403].includes(xhr.status) ? 'forbidden' : 'no-answer';
                const error = { code: '', problem: mailflow.text('probe.note.' + key), remedy: '', response: '' };
                return $.Deferred().resolve({ folders: [], error });
            }
        );
    },

    /** A list box: arrows move, Enter or a click chooses, Escape closes. */
    folderList(folders, choose, close) {
        const select = $('<select>').attr({
            size: Math.min(Math.max(folders.length, 2), 10),
            'aria-label': mailflow.text('folders.choose')
        });
        folders.forEach(({ path, use }) => {
            const text = use
                ? mailflow.text('folders.special', { path, use: mailflow.text('folders.use.' + use) })
                : path;
            $('<option>').val(path).text(text).appendTo(select);
        });
        select.prop('selectedIndex', 0);
        const take = () => select.val() && choose(select.val());
        return select.on('click', take).on('keydown', event => {
            if (event.key === 'Enter' || event.key === ' ') {
                event.preventDefault();
                event.stopPropagation();
                take();
            } else if (event.key === 'Escape') {
                // the editor takes Escape for closing the dialog
                event.preventDefault();
                event.stopPropagation();
                close();
            }
        });
    }
});
