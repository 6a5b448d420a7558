// The sidebar: how every account is, without reading a log.
window.mailflow = Object.assign(window.mailflow || {}, {
    /** Resolves with the accounts as the runtime knows them, or with the reason why it does not say. */
    loadHealth: () =>
        $.getJSON('mailflow/health').then(
            ({ accounts }) => ({ accounts, problem: '' }),
            xhr => {
                const key = [401, 403].includes(xhr.status) ? 'forbidden' : 'no-answer';
                return $.Deferred().resolve({ accounts: [], problem: mailflow.text('probe.note.' + key) });
            }
        ),

    /** Accounts of the editor that the runtime does not know yet are listed too. */
    withUndeployed(accounts) {
        const known = new Set(accounts.map(account => account.id));
        const missing = mailflow
            .accountNodes()
            .filter(node => !known.has(node.id) && !node.d && !RED.nodes.subflow(node.z));
        return [
            ...accounts,
            ...missing.map(node => ({
                id: node.id,
                type: node.type,
                name: mailflow.accountLabel(node),
                state: 'undeployed',
                folders: [],
                hours: [],
                sent: null,
                lastError: null,
                lastContact: null,
                pending: 0,
                failed: 0
            }))
        ];
    },

    clock(time) {
        const date = new Date(time);
        const isToday = date.toDateString() === new Date().toDateString();
        return isToday ? date.toLocaleTimeString() : date.toLocaleString();
    },

    /** A number of mails per hour as columns; the numbers are in its name for those who do not see it. */
    hourChart(hours) {
        const most = Math.max(...hours, 1);
        const sum = hours.reduce((total, count) => total + count, 0);
        const svg = (name, attributes) => {
            const element = window.document.createElementNS('http://www.w3.org/2000/svg', name);
            Object.keys(attributes).forEach(key => element.setAttribute(key, attributes[key]));
            return element;
        };
        const chart = svg('svg', {
            viewBox: '0 0 144 32',
            preserveAspectRatio: 'none',
            class: 'mailflow-chart',
            role: 'img'
        });
        chart.setAttribute('aria-label', mailflow.text('health.chart', { sum, most: Math.max(...hours, 0) }));
        hours.forEach((count, index) => {
            const height = count === 0 ? 1 : Math.max(2, Math.round((count / most) * 32));
            chart.appendChild(svg('rect', { x: index * 6, y: 32 - height, width: 5, height }));
        });
        return $(chart);
    },

    /** One account as a card. `actions` are its buttons. */
    accountCard(account, actions) {
        const card = $('<section class="mailflow-account">').attr('aria-label', account.name);
        const head = $('<h4>').appendTo(card);
        $('<i class="mailflow-dot" aria-hidden="true">')
            .addClass('mailflow-state-' + account.state)
            .appendTo(head);
        $('<span>').text(account.name).appendTo(head);
        const line = (key, values) =>
            $('<div>')
                .text(mailflow.text('health.' + key, values))
                .appendTo(card);
        line('state', { type: account.type, state: mailflow.text('health.state-of.' + account.state) });
        if (account.lastContact) {
            line('contact', { time: mailflow.clock(account.lastContact) });
        }
        if (account.pending > 0 || account.failed > 0) {
            line('counts', { pending: account.pending, failed: account.failed });
        }
        account.folders.forEach(folder => {
            const state = mailflow.text('health.folder-state.' + folder.state);
            line('folder', { folder: folder.folder, state });
            if (folder.progress) {
                const { done, waiting } = folder.progress;
                const label = mailflow.text('health.progress', { done, all: done + waiting });
                $('<progress>')
                    .attr({ max: done + waiting, value: done, 'aria-label': label })
                    .appendTo(card);
                $('<div class="mailflow-note">').text(label).appendTo(card);
            }
        });
        if (account.sent) {
            mailflow.sentLines(account.sent).forEach(text => $('<div>').text(text).appendTo(card));
        }
        if (account.hours.some(count => count > 0)) {
            $('<div class="mailflow-note">').text(mailflow.text('health.hours')).appendTo(card);
            mailflow.hourChart(account.hours).appendTo(card);
        }
        if (account.lastError) {
            const box = $('<div class="mailflow-last-error">').appendTo(card);
            const time = mailflow.clock(account.lastError.at);
            $('<div>').text(mailflow.text('health.last-error', { time })).appendTo(box);
            mailflow.errorLines(account.lastError, box);
        }
        $('<div class="mailflow-actions">').append(actions).appendTo(card);
        return card;
    },

    sentLines({ messages, recipients, messagesPerDay, recipientsPerDay }) {
        const line = (key, number, limit) =>
            limit > 0
                ? mailflow.text('health.' + key + '-of', { number, limit })
                : mailflow.text('health.' + key, { number });
        return [line('sent', messages, messagesPerDay), line('recipients', recipients, recipientsPerDay)];
    },

    /** What the one notification at the start of the editor is about. */
    troubled: accounts => accounts.filter(({ state }) => state === 'failing' || state === 'unusable')
});
