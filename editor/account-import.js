// Takes over a list of accounts: paste, look at what becomes of it, create.
window.mailflow = Object.assign(window.mailflow || {}, {
    /** The part of the sidebar for it. `onCreated` is called when there are new accounts. */
    accountImport(onCreated) {
        const part = $('<details class="mailflow-import">');
        $('<summary>').text(mailflow.text('list-import.title')).appendTo(part);
        const id = RED.nodes.id();
        $('<label>').attr('for', id).text(mailflow.text('list-import.label')).appendTo(part);
        const input = $('<textarea rows="6" spellcheck="false" autocomplete="off">')
            .attr({ id, placeholder: 'address,password\nanna@gmx.de,secret' })
            .appendTo(part);
        const status = $('<div role="status">');
        const table = $('<div class="mailflow-preview">');
        let planned = [];

        const button = (key, onClick) =>
            $('<button type="button" class="red-ui-button">').text(mailflow.text(key)).on('click', onClick);

        const preview = () =>
            mailflow.loadPresets().then(presets => {
                planned = [];
                table.empty();
                create.prop('disabled', true);
                try {
                    const definitions = {
                        'imap-account': RED.nodes.getType('imap-account'),
                        'smtp-account': RED.nodes.getType('smtp-account')
                    };
                    const signIns = mailflow.accountNodes('mail-oauth');
                    planned = mailflow.accountNodesOf(
                        mailflow.accountEntries(input.val()),
                        presets,
                        definitions,
                        signIns
                    );
                } catch (error) {
                    return status.text(error.message);
                }
                const good = planned.filter(({ problem }) => problem === '');
                status.text(
                    mailflow.text('list-import.found', { good: good.length, bad: planned.length - good.length })
                );
                mailflow.importTable(planned).appendTo(table);
                create.prop('disabled', good.length === 0);
            });

        const create = button('list-import.create', () => {
            const nodes = planned.filter(({ problem }) => problem === '').map(({ node }) => node);
            mailflow.importAccounts(nodes);
            // the list holds passwords
            input.val('');
            table.empty();
            planned = [];
            create.prop('disabled', true);
            status.text(mailflow.text('list-import.created', { number: nodes.length }));
            onCreated();
        }).prop('disabled', true);

        $('<div class="mailflow-actions">').append(button('list-import.preview', preview), create).appendTo(part);
        return part.append(status, table);
    },

    /** What would be created, without any password. */
    importTable(planned) {
        const table = $('<table>');
        const row = (cells, tag) => {
            const line = $('<tr>').appendTo(table);
            cells.forEach(text =>
                $('<' + tag + '>')
                    .text(text)
                    .appendTo(line)
            );
            return line;
        };
        row(
            ['number', 'account', 'server', 'result'].map(key => mailflow.text('list-import.column.' + key)),
            'th'
        );
        planned.forEach(({ number, type, label, server, problem }) => {
            const result = problem || mailflow.text('list-import.fine');
            row([number, label + ' (' + type + ')', server, result], 'td').toggleClass('mailflow-bad', problem !== '');
        });
        return table;
    },

    /** Adds config nodes as an import of a flow does: with undo, undeployed, passwords among the credentials. */
    importAccounts(nodes) {
        const wasDirty = RED.nodes.dirty();
        const added = RED.nodes.import(nodes, { generateIds: true, markChanged: true });
        const ids = added.nodes.map(node => node.id);
        RED.history.push({ t: 'add', nodes: ids, dirty: wasDirty });
        added.nodes.forEach(node => RED.editor.validateNode(node));
        RED.nodes.dirty(true);
        RED.view.redraw(true);
    }
});
