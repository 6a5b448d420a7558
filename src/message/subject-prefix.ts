/** What mail programs put before the subject of an answer and of a forwarded mail: one table, all in lower case. */
const WORDS = {
    reply:
        're aw antw antwort sv vs odp ynt cevap res resp rif réf ref vá atb ats bls hb отв відп απ תגובה رد ' +
        '回复 回覆 答复 答覆 返信 답장',
    forward:
        'fw fwd wg tr rv enc vb vl doorst pd ilt i̇lt továbbítás redir пересл перес прд πρθ הועבר ' +
        '转发 轉寄 轉發 転送 전달'
} as const;
/** Single letters only as a capital: Italian Outlook writes "R:" and "I:". */
const LETTERS = { reply: 'R', forward: 'I' } as const;
/** "Re[2]", "Re(3)", "Re^2", "RE*2". */
const COUNTER = /^([^\s[(^*]+) ?(?:\[\d{1,3}\]|\(\d{1,3}\)|[\^*]\d{1,3})$/;
/** No prefix is longer, so the search for the colon ends here; Asian keyboards write a wide one. */
const MAX_PREFIX_CHARS = 20;

export type PrefixKind = keyof typeof WORDS;

const KINDS = new Map<string, PrefixKind>(
    (['reply', 'forward'] as const).flatMap(kind =>
        [LETTERS[kind], ...WORDS[kind].split(' ')].map(word => [word, kind])
    )
);
const CAPITALS: readonly string[] = Object.values(LETTERS);

/** The prefix at the front of a subject, such as "AW :", and what follows it; null when there is none. */
export function readPrefix(subject: string): { kind: PrefixKind; rest: string } | null {
    const colon = subject.slice(0, MAX_PREFIX_CHARS).search(/[:：]/);
    if (colon < 1) {
        return null;
    }
    const prefix = subject.slice(0, colon).trim();
    const word = COUNTER.exec(prefix)?.[1] ?? prefix;
    const kind = KINDS.get(CAPITALS.includes(word) ? word : word.normalize('NFC').toLowerCase());
    return kind === undefined ? null : { kind, rest: subject.slice(colon + 1).trimStart() };
}
