/** The number of inquiries that a subject announces, by templates such as "(# messages)"; 0 when it announces none. */
export function countInSubject(templates: readonly string[], subject: string): number {
    const folded = subject.toLowerCase();
    for (const template of templates) {
        const [before = '', after = ''] = template.toLowerCase().split('#');
        const at = folded.indexOf(before);
        const [digits = ''] = at < 0 ? [] : (/^\d{1,4}/.exec(folded.slice(at + before.length)) ?? []);
        if (digits !== '' && folded.startsWith(after, at + before.length + digits.length)) {
            return Number(digits);
        }
    }
    return 0;
}
