import assert from 'node:assert/strict';
import { readPrefix } from '../../../src/message/subject-prefix';

describe('the prefix of a subject', () => {
    const replies = [
        'Re:',
        'RE[2]:',
        'aw(3) :',
        'Antw^4:',
        'SV*5:',
        'R:',
        'Réf:',
        'RE\u0301F:',
        'απ:',
        '回复：',
        '  Re :'
    ];
    const forwards = ['Fwd:', 'FW:', 'WG :', 'I:', 'İLT:', 'Пересл:', '転送：'];
    const none = ['r:', 'i:', 'Rework:', 'Re', ':', '', 'Re[1234]:', 'constructor:', '12:', `${' '.repeat(20)}Re:`];

    it('tells an answer from a forwarded mail, and leaves what follows', () => {
        for (const [kind, prefixes] of [['reply', replies] as const, ['forward', forwards] as const]) {
            for (const prefix of prefixes) {
                assert.deepEqual(readPrefix(`${prefix} Re: x`), { kind, rest: 'Re: x' }, prefix);
            }
        }
    });

    it('is nothing that a person may write there', () => {
        for (const prefix of none) {
            assert.equal(readPrefix(`${prefix} x`), null, prefix);
        }
    });
});
