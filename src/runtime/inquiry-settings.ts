import type { Profile } from '../inquiry/profile';
import { selectProfiles } from '../inquiry/profile-selection';
import { MailError, MailErrorCode } from '../message/mail-error';
import { readChoice, readList, type SavedProperties } from './settings';

export interface InquirySettings {
    profiles: readonly Profile[];
    /** One message for each inquiry, or one for each mail. */
    output: 'each' | 'list';
}

/**
 * Reads the saved properties of a parse-inquiry node. `profiles` holds ids of profiles that come with the pack, and
 * profiles of the user, as objects or as JSON text.
 *
 * @throws MailError with a code of the group "settings".
 */
export function readInquirySettings(saved: SavedProperties): InquirySettings {
    return {
        profiles: selectProfiles(readEntries(saved)),
        output: readChoice(saved, 'output', ['each', 'list'])
    };
}

/** A list, or the text of one: a variable of the environment has no other form. */
function readEntries(saved: SavedProperties): unknown[] {
    const { profiles } = saved;
    if (Array.isArray(profiles) && profiles.some(entry => typeof entry === 'object' && entry !== null)) {
        return profiles.map(readEntry).filter(entry => entry !== '');
    }
    const text = typeof profiles === 'string' ? profiles.trim() : '';
    if (text.startsWith('{') || /^\[\s*\{/.test(text)) {
        return [parseJson(text)].flat().map(readEntry);
    }
    return readList(saved, 'profiles').map(readEntry);
}

function readEntry(entry: unknown): unknown {
    const text = typeof entry === 'string' ? entry.trim() : '';
    return text.startsWith('{') ? parseJson(text) : typeof entry === 'string' ? text : entry;
}

function parseJson(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        // the parser's own words would repeat a part of the text
        throw new MailError({
            code: MailErrorCode.InvalidProperty,
            kind: 'configuration',
            step: 'configure',
            problem: 'property "profiles" holds a profile that is not JSON',
            remedy: 'Open the node and correct it.'
        });
    }
}
