import { cleanResponse, MailError, MailErrorCode } from '../message/mail-error';
import { builtInProfiles } from './built-in-profiles';
import type { Profile } from './profile';
import { checkProfile } from './profile-check';

/**
 * Makes the profiles of a node: a text is the id of one that comes with the pack, an object is one of the user. Without
 * any id, all that come with the pack apply. A user's profile comes first, and takes the place of one with the same id.
 *
 * @throws MailError INVALID_PROPERTY or INVALID_PATTERN.
 */
export function selectProfiles(entries: readonly unknown[]): readonly Profile[] {
    const own = entries.filter(entry => typeof entry !== 'string').map(checkProfile);
    const twice = own.find((profile, index) => own.findIndex(({ id }) => id === profile.id) !== index);
    if (twice) {
        throw invalid(`two profiles have the id "${twice.id}"`);
    }
    const ids = entries.filter(entry => typeof entry === 'string');
    const chosen = ids.length === 0 ? builtInProfiles() : ids.map(findBuiltIn);
    return [...own, ...new Set(chosen.filter(({ id }) => !own.some(profile => profile.id === id)))];
}

function findBuiltIn(id: string): Profile {
    const profile = builtInProfiles().find(candidate => candidate.id === id);
    if (!profile) {
        const known = builtInProfiles().map(candidate => candidate.id);
        throw invalid(`there is no inquiry profile "${cleanResponse(id)}"; there are ${known.join(', ')}`);
    }
    return profile;
}

function invalid(problem: string): MailError {
    return new MailError({
        code: MailErrorCode.InvalidProperty,
        kind: 'configuration',
        step: 'configure',
        problem,
        remedy: 'Open the node and correct it.'
    });
}
