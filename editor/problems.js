// What is wrong with a single text: the key of a sentence, or "". The same rules as those of the nodes, so that a
// mistake shows while it is typed.
window.mailflow = Object.assign(window.mailflow || {}, {
    /** A pattern is `local@domain`, with `*` and `?` in the local part and `*.` before the domain. */
    senderProblem(pattern) {
        if (/[\s\p{Cc}\p{Cf}]/u.test(pattern)) {
            return 'blank';
        }
        const [local, domain, ...more] = pattern.split('@');
        if (domain === undefined || more.length > 0) {
            return domain === undefined ? 'no-at' : 'many-at';
        }
        if (local === '') {
            return 'no-local';
        }
        const isBelow = domain.startsWith('*.');
        const name = isBelow ? domain.slice(2) : domain;
        if (name.includes('*') || (isBelow && !name.includes('.'))) {
            return 'star-in-domain';
        }
        return mailflow.isDomain(name) ? '' : 'domain';
    },

    /** A host name that needs no repair; international ones in the form in which they are written everywhere. */
    isDomain(name) {
        let host;
        try {
            host = new URL('http://' + name + '/').hostname;
        } catch {
            return false;
        }
        // the browser repairs more than anybody means: full-width letters, the ideographic full stop, "1" for an address
        const lower = name.toLowerCase();
        const isAscii = /^[\0-\x7f]*$/.test(name);
        const isPlain = isAscii ? host === lower : name.normalize('NFKC') === name && !name.includes('\u3002');
        const labels = host.split('.');
        return (
            isPlain &&
            /^[a-z0-9_.-]+$/.test(host) &&
            host.length <= 253 &&
            labels.every(label => label !== '' && label.length <= 63)
        );
    },

    /** System flags begin with a backslash; keywords are atoms (RFC 9051 section 9). */
    flagProblem(flag) {
        if (flag.startsWith('\\')) {
            return /^\\(seen|answered|flagged|deleted|draft)$/i.test(flag) ? '' : 'system-flag';
        }
        return /^[!#$&'+,\-./0-9:;<=>?@A-Z[^_`a-z|}~]{1,100}$/.test(flag) ? '' : 'keyword';
    },

    /** A name may hold nearly everything, but a control character would begin another command. */
    folderProblem(folder) {
        return /\p{Cc}/u.test(folder) ? 'control' : '';
    },

    /** Names of the conditions that a search may have. */
    searchNames: (
        'seen answered flagged deleted draft keyword unKeyword from to cc bcc subject body text header ' +
        'larger smaller since before on sentSince sentBefore sentOn gmraw not or'
    ).split(' '),

    /** The names of the conditions are looked at, also below `not` and `or`; their values are left to the node. */
    searchProblem(search) {
        if (typeof search !== 'object' || search === null || Array.isArray(search)) {
            return 'search';
        }
        for (const name of Object.keys(search)) {
            if (!mailflow.searchNames.includes(name)) {
                return 'search-name';
            }
            const operands = name === 'not' ? [search.not] : name === 'or' ? search.or : [];
            const problem = Array.isArray(operands) ? operands.map(mailflow.searchProblem).find(Boolean) : 'search-or';
            if (problem) {
                return problem;
            }
        }
        return '';
    }
});
