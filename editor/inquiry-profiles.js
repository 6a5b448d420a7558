// The dialog of parse-inquiry: the user's own profiles, and what they make of a mail.
window.mailflow = Object.assign(window.mailflow || {}, {
    /** The profiles that come with the pack. */
    inquiryProfileNames: (
        'machineseeker machineseeker-category kleinanzeigen autoscout24 mobile-de immobilienscout24 immowelt ebay ' +
        'willhaben openimmo adf json-ld contact-form'
    ).split(' '),

    inquiryProfileNameProblem: id => (mailflow.inquiryProfileNames.includes(id) ? '' : 'profile-name'),

    /** Where a user's profile begins: names to be replaced. */
    newInquiryProfile: {
        id: 'my-portal',
        version: 1,
        portal: 'my-portal',
        senders: ['*@example.com'],
        format: 'label-value',
        labels: { Name: 'contact.name', 'E-Mail': 'contact.email', Message: 'inquiry.text' },
        required: ['inquiry.text', 'contact.email']
    },

    /** The ids among the entries of `profiles`; a variable may stand for all of it. */
    inquiryProfileIds(profiles) {
        return mailflow.isEnv(profiles) ? [profiles] : mailflow.profileEntries(profiles).filter(mailflow.isText);
    },

    /** The user's own profiles among them. */
    ownInquiryProfiles(profiles) {
        return mailflow.profileEntries(profiles).filter(entry => !mailflow.isText(entry));
    },

    profileEntries(profiles) {
        return Array.isArray(profiles) ? profiles : mailflow.entries(profiles);
    },

    isText: value => typeof value === 'string',

    /** What is plainly wrong with a profile: the key of a text, or "". The runtime checks the rest. */
    inquiryProfileProblem(profile) {
        if (typeof profile !== 'object' || profile === null || Array.isArray(profile)) {
            return 'profile-object';
        }
        if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(profile.id || '')) {
            return 'profile-id';
        }
        const needsLabels = profile.format === 'label-value' || profile.format === 'generic';
        if (needsLabels && Object.keys(profile.labels || {}).length === 0) {
            return 'profile-labels';
        }
        const patterns = Array.isArray(profile.senders) ? profile.senders : [];
        return patterns.some(pattern => mailflow.senderProblem(String(pattern)) !== '') ? 'profile-senders' : '';
    },

    /** A list of the user's profiles; each opens in the editor for JSON. */
    profileList(target, { profiles, label }) {
        const element = $(target);
        const addItem = (row, index, { profile }) => {
            const name = $('<button type="button" class="red-ui-button mailflow-wide">');
            const problem = $('<div class="mailflow-problem" role="alert">');
            const show = () => {
                const current = row.data('profile');
                const key = mailflow.inquiryProfileProblem(current);
                name.text((current && current.id) || label);
                problem.text(key && mailflow.text('problem.' + key)).toggle(key !== '');
                row.siblings('.red-ui-editableList-item-remove').attr(
                    'aria-label',
                    mailflow.text('list.remove', { name: name.text() })
                );
                element.trigger('mailflow-profiles');
            };
            const edit = () =>
                RED.editor.editJSON({
                    title: label,
                    value: JSON.stringify(row.data('profile'), null, 4),
                    requireValid: true,
                    complete: value => {
                        row.data('profile', JSON.parse(value));
                        show();
                    }
                });
            row.data('profile', profile || mailflow.newInquiryProfile);
            name.on('click', edit);
            row.append(name, problem);
            show();
        };
        const removeItem = () => element.trigger('mailflow-profiles');
        element.editableList({
            addButton: mailflow.text('list.add'),
            height: 'auto',
            removable: true,
            addItem,
            removeItem
        });
        element.editableList(
            'addItems',
            profiles.map(profile => ({ profile }))
        );
    },

    /** The profiles that the list holds now. */
    listedProfiles(target) {
        const profiles = [];
        $(target)
            .editableList('items')
            .each((_index, row) => {
                const isGoing = $(row).closest('li').hasClass('red-ui-editableList-item-deleting');
                if (!isGoing) {
                    profiles.push($(row).data('profile'));
                }
            });
        return profiles;
    },

    /** Lets a profile of the list be tried with a pasted mail, or with one of a mailbox. */
    inquiryPreview({ list, profile, account, source, folder, uid, button, result }) {
        const refresh = () => {
            const chosen = $(profile).val();
            $(profile).empty();
            mailflow.listedProfiles(list).forEach(({ id }, index) => {
                $('<option>')
                    .val(String(index))
                    .text(String(id || index + 1))
                    .appendTo(profile);
            });
            $(profile).val(chosen || '0');
            $(button).prop('disabled', $(profile).children().length === 0);
        };
        const show = (text, isError) => $(result).text(text).toggleClass('mailflow-failed', isError).show();
        RED.nodes.eachConfig(node => {
            if (node.type === 'imap-account') {
                $('<option>')
                    .val(node.id)
                    .text(node.name || node.address || node.host || node.id)
                    .appendTo(account);
            }
        });
        $(list).on('mailflow-profiles', refresh);
        refresh();
        $(button).on('click', () => {
            const chosen = mailflow.listedProfiles(list)[Number($(profile).val())];
            const request = {
                profile: chosen,
                source: $(account).val() === '' ? $(source).val() : '',
                account: $(account).val(),
                folder: $(folder).val(),
                uid: $(uid).val()
            };
            $(button).prop('disabled', true);
            $.ajax({
                url: 'mailflow/inquiry-preview',
                method: 'POST',
                contentType: 'application/json',
                data: JSON.stringify(request)
            })
                .done(({ recognised, inquiries, incomplete, problem }) =>
                    show(JSON.stringify(recognised ? [...inquiries, ...incomplete] : problem, null, 2), !recognised)
                )
                .fail(xhr => {
                    const { error } = xhr.responseJSON || {};
                    show(error || mailflow.text('preview.unreachable'), true);
                })
                .always(() => $(button).prop('disabled', false));
        });
    }
});
