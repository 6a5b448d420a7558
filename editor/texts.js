// What every dialog of the pack shares: texts, and the values of fields whether their dialog is open or not.
window.mailflow = Object.assign(window.mailflow || {}, {
    /** A text of the shared catalogue; the dialogs' own texts are in the catalogue of their node. */
    text(key, values) {
        return RED._('@mailflow/node-red-mail/mailflow-editor:mailflow-editor.' + key, values);
    },

    /** Node-RED replaces a value that is nothing but `${NAME}` when the flow starts. */
    isEnv(value) {
        return typeof value === 'string' && /^\$\{[^}]+\}$/.test(value);
    },

    /** A saved list is an array; in a flow written by hand it may be one text, also one variable for all of it. */
    entries(value) {
        if (Array.isArray(value)) {
            return value.map(String);
        }
        const text = String(value === undefined || value === null ? '' : value);
        const parts = mailflow.isEnv(text) ? [text] : text.split(/[,\r\n]/);
        return parts.map(entry => entry.trim()).filter(Boolean);
    },

    /** The field of a property in the dialog of exactly this node; empty while that dialog is closed. */
    input(node, property) {
        const prefix = node._def && node._def.category === 'config' ? '#node-config-input-' : '#node-input-';
        const field = $(prefix + property);
        return field.closest('form').data('mailflow') === node.id ? field : $();
    },

    /** What the user sees now, before it is saved; on import, with no dialog open, what is saved. */
    current(node, property) {
        const field = mailflow.input(node, property);
        if (field.length === 0) {
            return node[property];
        }
        return field.is(':checkbox') ? field.prop('checked') : field.val();
    }
});
