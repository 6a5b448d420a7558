/** No date is longer, and the expressions below never see more. */
const MAX_DATE_CHARS = 120;

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** RFC 5322 §4.3. Military letters and unknown names count as UTC, as the same section asks for. */
const ZONE_HOURS: ReadonlyMap<string, number> = new Map([
    ['edt', -4],
    ['est', -5],
    ['cdt', -5],
    ['cst', -6],
    ['mdt', -6],
    ['mst', -7],
    ['pdt', -7],
    ['pst', -8],
    // not in the RFC, but written by European mailers
    ['cet', 1],
    ['cest', 2],
    ['mez', 1],
    ['mesz', 2]
]);

/** "Mon, 23 Nov 2026 09:00:00 +0100", also without day name or seconds, with hyphens, and with a year of two digits. */
const MAIL_DATE =
    /^(?:[a-z]+\.?\s*,?\s*)?(\d{1,2})[\s-]+([a-z]{3})[a-z]*\.?[\s-]+(\d{2,4})\s+(\d{1,2})\s*:\s*(\d{2})(?:\s*:\s*(\d{2})(?:\.\d+)?)?\s*(.*)$/i;
const OFFSET = /^(?:GMT|UTC?)?\s*([+-])(\d{2}):?(\d{2})/i;
const ZONE_NAME = /^[a-z]+/i;
const COMMENT = /\([^()]*\)/g;
/** Only with a zone: without one the result would depend on where the runtime stands. */
const ISO_DATE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})$/;

/**
 * Reads a Date field. Returns null for everything that is not a date, also for one that does not exist, such as the
 * 31st of February: libraries answer such fields with the current time, and a mail would look new for ever.
 */
export function parseMailDate(text: string): Date | null {
    if (text.length > MAX_DATE_CHARS) {
        return null;
    }
    const plain = (text.includes('(') ? text.replace(COMMENT, ' ') : text).trim();
    if (ISO_DATE.test(plain)) {
        const date = new Date(plain);
        return Number.isNaN(date.getTime()) ? null : date;
    }
    const match = MAIL_DATE.exec(plain);
    if (!match) {
        return null;
    }
    const [, day = '', month = '', year = '', hour = '', minute = '', second = '0', zone = ''] = match;
    return buildDate(
        [fullYear(year), MONTHS.indexOf(month.toLowerCase()), Number(day)],
        [Number(hour), Number(minute), Number(second)],
        zoneMinutes(zone)
    );
}

function buildDate(
    [year, month, day]: [number, number, number],
    [hour, minute, second]: [number, number, number],
    offsetMinutes: number
): Date | null {
    const midnight = new Date(Date.UTC(year, month, day));
    const exists = midnight.getUTCMonth() === month && midnight.getUTCDate() === day;
    // Date.UTC takes the years 0 to 99 for 1900 to 1999; second 60 is a leap second
    if (!exists || year < 1900 || hour > 23 || minute > 59 || second > 60) {
        return null;
    }
    return new Date(midnight.getTime() + ((hour * 60 + minute - offsetMinutes) * 60 + second) * 1000);
}

/** RFC 5322 §4.3: two digits mean 1950 to 2049, three digits count from 1900. */
function fullYear(digits: string): number {
    const year = Number(digits);
    if (digits.length === 2) {
        return year < 50 ? year + 2000 : year + 1900;
    }
    return digits.length === 3 ? year + 1900 : year;
}

function zoneMinutes(zone: string): number {
    const offset = OFFSET.exec(zone);
    if (offset) {
        const minutes = Number(offset[2]) * 60 + Number(offset[3]);
        return offset[1] === '-' ? -minutes : minutes;
    }
    return (ZONE_HOURS.get(ZONE_NAME.exec(zone)?.[0].toLowerCase() ?? '') ?? 0) * 60;
}
