import { Draft } from './draft';
import { labelsOf } from './line-labels';
import type { Profile } from './profile';
import { rawOf, type Source } from './raw-block';

/**
 * Reads the marked element of a portal's page: labels of the profile in bold, and everything else in it is the message.
 * Each such element is an inquiry. Labels outside of all boxes belong to each of them.
 *
 * @throws BeyondLimit
 */
export function readBoxes(source: Source, profile: Profile): Draft[] {
    const outside = new Draft();
    const boxes = new Map<number, { draft: Draft; words: string[]; from: number; to: number }>();
    source.lines.forEach((line, index) => {
        const box = line.box === 0 ? undefined : boxes.get(line.box);
        const open = box ?? { draft: new Draft(), words: [], from: index, to: index };
        if (line.box > 0) {
            boxes.set(line.box, open);
            open.to = index + 1;
            open.draft.links.push(...line.links);
        } else {
            outside.links.push(...line.links);
        }
        const draft = line.box > 0 ? open.draft : outside;
        const labels = labelsOf(line, 'markup', profile).filter(({ field }) => field !== null);
        for (const { field, value, label } of labels) {
            if (field === null || !draft.set(field, value, label)) {
                draft.keep(label, value);
            }
        }
        if (labels.length === 0) {
            open.words.push(line.text);
        }
    });
    return [...boxes.values()].map(({ draft, words, from, to }) => {
        draft.set('inquiry.text', words.join('\n').replace(/\n{3,}/g, '\n\n'), '');
        draft.links.push(...outside.links);
        draft.inherit(outside);
        draft.raw = rawOf(source, from, to);
        return draft;
    });
}
