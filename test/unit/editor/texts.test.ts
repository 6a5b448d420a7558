import assert from 'node:assert/strict';
import { loadEditor } from '../../support/editor-sandbox';

const { mailflow } = loadEditor();

describe('entries of a saved list', () => {
    it('are those of the array', () => {
        assert.deepEqual([...mailflow.entries(['a@example.com', '${SENDER}'])], ['a@example.com', '${SENDER}']);
    });

    it('are separated by commas and line breaks in a flow written by hand', () => {
        assert.deepEqual(
            [...mailflow.entries('*@a.example, *@b.example\n*@c.example')],
            ['*@a.example', '*@b.example', '*@c.example']
        );
    });

    it('are one variable when the whole list comes from the environment', () => {
        assert.deepEqual([...mailflow.entries('${SENDERS}')], ['${SENDERS}']);
    });

    it('are none when nothing is saved', () => {
        for (const value of [undefined, null, '', []]) {
            assert.equal(mailflow.entries(value).length, 0);
        }
    });
});

describe('isEnv', () => {
    it('knows only a variable that is the whole value, as the runtime does', () => {
        assert.equal(mailflow.isEnv('${HOST}'), true);
        for (const value of ['mail.${DOMAIN}', '$HOST', '${}', '', 5, undefined, ['${HOST}']]) {
            assert.equal(mailflow.isEnv(value), false, String(value));
        }
    });
});

describe('current', () => {
    it('is what is saved while no dialog is open', () => {
        const node = { id: 'n1', _def: { category: 'mail' }, attachments: 'file' };
        assert.equal(mailflow.current(node, 'attachments'), 'file');
    });
});
