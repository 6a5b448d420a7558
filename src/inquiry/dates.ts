const ISO_DAY = /^(\d{4})-(\d{2})-(\d{2})/;
/** As written in most of Europe. A date with slashes is left alone: month and day change places between countries. */
const POINTS =
    /^(\d{1,2})\.(\d{1,2})\.(\d{4})(?:,?\s+(?:um\s+|at\s+|à\s+)?(\d{1,2})[:.](\d{2})(?::(\d{2}))?(?:\s*(?:Uhr|h))?)?$/;
const ISO = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;
/** RFC 5322 §3.3 with a numeric zone. */
const MAIL_DATE = /^(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}(?::\d{2})? [+-]\d{4}$/;

/**
 * Reads a date in ISO 8601, as exact as it was written: a day stays a day, and a time without a zone gets none. "" for
 * everything that could mean two days, or none.
 */
export function readDate(text: string): string {
    const raw = text.trim();
    const points = POINTS.exec(raw);
    if (points) {
        const [, day = '', month = '', year = '', hour, minute, second = '00'] = points;
        const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
        return hour === undefined ? existing(date) : existing(`${date}T${hour.padStart(2, '0')}:${minute}:${second}`);
    }
    if (ISO.test(raw)) {
        return existing(raw.replace(' ', 'T').replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
    }
    return MAIL_DATE.test(raw) ? new Date(raw).toISOString() : '';
}

/** Date turns 31 February into 3 March, which nobody has written. */
function existing(iso: string): string {
    const [, year, month, day] = ISO_DAY.exec(iso) ?? [];
    const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
    const isDay = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
    return isDay && !Number.isNaN(Date.parse(iso)) ? iso : '';
}
