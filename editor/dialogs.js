// Parts of dialogs: rows that depend on a choice, lists of texts, a field for JSON.
window.mailflow = Object.assign(window.mailflow || {}, {
    /** Call first in oneditprepare: gives the form its look and ties its fields to the node. */
    open(node) {
        const prefix = node._def.category === 'config' ? 'node-config-input-' : 'node-input-';
        const form = $('#' + prefix + 'name').closest('form');
        form.addClass('mailflow-form').data('mailflow', node.id);
        // a saved value that this version does not offer, or a variable, must survive opening and closing the dialog
        form.find('select').each((_index, select) => {
            const saved = node[select.id.slice(prefix.length)];
            if (typeof saved === 'string' && saved !== '' && $(select).val() !== saved) {
                $('<option>').val(saved).text(saved).appendTo(select);
                $(select).val(saved);
            }
        });
        // the editor validates after it has prepared the dialog; a mistake must not stay behind a closed part
        window.setTimeout(() => form.find('.input-error').closest('details').prop('open', true));
    },

    /** Shows `rows` of the form while the field `input` has a value for which `wanted` is true. */
    showFor(input, rows, wanted) {
        const field = $(input);
        const update = () => {
            const value = field.is(':checkbox') ? field.prop('checked') : field.val();
            field
                .closest('form')
                .find(rows)
                .toggle(Boolean(wanted(value)));
        };
        field.on('change', update);
        update();
    },

    /**
     * A list of texts on the element `target`. Options: `values`, `label` (names each field for those who do not see
     * it), `placeholder`, `empty` (what an empty list stands for), `problemOf` (key of a text, or ""), `suggestions`.
     */
    list(target, { values, label, placeholder, empty = '', problemOf = () => '', suggestions = [] }) {
        const element = $(target);

        const addItem = (row, index, entry) => {
            const input = $('<input type="text">').attr('placeholder', placeholder);
            const problem = $('<div class="mailflow-problem" role="alert">');
            const judge = () => {
                const text = input.val().trim();
                const key = text === '' || mailflow.isEnv(text) ? '' : problemOf(text);
                input.toggleClass('input-error', key !== '').attr('aria-invalid', String(key !== ''));
                problem.text(key && mailflow.text('problem.' + key)).toggle(key !== '');
            };
            const name = mailflow.text('list.entry', { label, number: index + 1 });
            input.attr('aria-label', name).on('input change', judge);
            row.append(input, problem);
            if (suggestions.length > 0) {
                mailflow.suggest(input, suggestions);
            }
            row.siblings('.red-ui-editableList-item-remove').attr('aria-label', mailflow.text('list.remove', { name }));
            if (typeof entry.value === 'string') {
                input.val(entry.value);
            } else {
                input.trigger('focus');
            }
            judge();
        };

        element.editableList({ addButton: mailflow.text('list.add'), height: 'auto', removable: true, addItem });
        // only now: the widget would take the height of this text for a fixed height of the list
        element.attr('data-empty', empty);
        element.editableList(
            'addItems',
            mailflow.entries(values).map(value => ({ value }))
        );
    },

    /** What the list holds now. One variable alone is saved as text, so that it may stand for the whole list. */
    listValues(target) {
        const values = [];
        $(target)
            .editableList('items')
            .each((_index, row) => {
                // a removed row fades out before it is gone
                const isGoing = $(row).closest('li').hasClass('red-ui-editableList-item-deleting');
                values.push(isGoing ? '' : $(row).find('input').val().trim());
            });
        const filled = values.filter(value => value !== '');
        return filled.length === 1 && mailflow.isEnv(filled[0]) ? filled[0] : filled;
    },

    /** Offers `values` while the user types; any other value stays possible. */
    suggest(target, values) {
        const field = $(target);
        const id = RED.nodes.id();
        const list = $('<datalist>').attr('id', id);
        values.forEach(value => $('<option>').val(value).appendTo(list));
        field.attr('list', id).closest('form').append(list);
    },

    /** A TypedInput; its visible field has no label of its own, because that belongs to the hidden one. */
    typed(target, label, types) {
        const input = $(target).typedInput({ default: types[0], types, typeField: target + 'Type' });
        const container = input.next('.red-ui-typedInput-container');
        container.find('input').attr('aria-label', label);
        // its buttons show a picture for some types, and nothing that can be read aloud
        container.find('.red-ui-typedInput-type-select').attr('aria-label', mailflow.text('typed.type', { label }));
        container.find('.red-ui-typedInput-option-expand').attr('aria-label', mailflow.text('typed.edit', { label }));
    },

    /** A button behind the field that opens the editor for JSON. */
    jsonButton(target, title) {
        const input = $(target);
        const edit = () =>
            RED.editor.editJSON({ title, value: input.val(), complete: value => input.val(value).trigger('change') });
        $('<button type="button" class="red-ui-button">')
            .attr({ 'aria-label': title, title })
            .append('<i class="fa fa-ellipsis-h" aria-hidden="true">')
            .on('click', edit)
            .insertAfter(input);
    }
});
