/** File systems end at 255 bytes, encrypted ones at 143, and the generated part in front needs 30. */
export const MAX_NAME_BYTES = 100;
const MAX_EXTENSION_BYTES = 16;

/** Control and format characters (NUL, direction marks, zero-width), private use, lone surrogates, unassigned. */
const INVISIBLE = /\p{C}/gu;
const WHITE_SPACE = /\s+/gu;
const SEPARATOR = /[/\\]/;
/** Not allowed in names on Windows. */
const FORBIDDEN = /[<>:"|?*]/g;
/** Windows opens the device whatever the extension is ("CON.txt"), also with superscript digits. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?=\.|$)/i;

/**
 * Makes a name from a mail safe to use as a file name on every system: one line, no separators, no leading or trailing
 * dots, no device names, NFC, bounded length with the extension kept. Returns "" when nothing is left.
 */
export function cleanFileName(name: string): string {
    const segments = name.normalize('NFC').replace(WHITE_SPACE, ' ').replace(INVISIBLE, '').split(SEPARATOR);
    const joined = segments.filter(segment => !/^[. ]*$/.test(segment)).join('_');
    const cut = shorten(joined.replace(FORBIDDEN, '_').replace(/^[. ]+/, ''));
    const clean = cut.replace(/[. ]+$/, '');
    return DEVICE.test(clean) ? `_${clean}` : clean;
}

/** The name on disk: never one that the sender can choose or guess, so that no mail can aim at an existing file. */
export function diskName(now: Date, random: Buffer, name: string): string {
    const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
    return `${time}-${random.toString('hex')}${name === '' ? '' : `-${name}`}`;
}

function shorten(name: string): string {
    if (Buffer.byteLength(name) <= MAX_NAME_BYTES) {
        return name;
    }
    const dot = name.lastIndexOf('.');
    const extension = dot > 0 && Buffer.byteLength(name.slice(dot)) <= MAX_EXTENSION_BYTES ? name.slice(dot) : '';
    const stem = name.slice(0, name.length - extension.length);
    return cutBytes(stem, MAX_NAME_BYTES - Buffer.byteLength(extension)) + extension;
}

/** Cuts between characters, never inside one. */
function cutBytes(text: string, maxBytes: number): string {
    let bytes = 0;
    let end = 0;
    for (const character of text) {
        bytes += Buffer.byteLength(character);
        if (bytes > maxBytes) {
            break;
        }
        end += character.length;
    }
    return text.slice(0, end);
}
