import assert from 'node:assert/strict';
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { folderFor, readFolderProperty, requireFolder } from '../../../src/runtime/folder-value';

type Callback = (error: null, value: unknown) => void;

const evaluateNodeProperty = (text: string, type: string, _node: Node, msg: object, callback: Callback): void =>
    callback(null, type === 'msg' ? (msg as Record<string, unknown>)[text] : text);
const RED = { util: { evaluateNodeProperty } } as unknown as NodeAPI;

function folder(saved: object, msg: object = {}, fallback?: string): Promise<string> {
    return folderFor(RED, {} as Node, readFolderProperty({ ...saved }), msg as NodeMessage, fallback);
}

describe('the folder of a node', () => {
    it('is the text of the node, or comes from the message', async () => {
        assert.equal(await folder({ folder: 'A "B"/Ü&%*' }), 'A "B"/Ü&%*');
        assert.equal(await folder({ folder: 'where', folderType: 'msg' }, { where: '../x' }), '../x');
    });

    it('may be left out where there is one to fall back to', async () => {
        assert.equal(await folder({}, {}, 'INBOX'), 'INBOX');
        assert.throws(() => requireFolder(readFolderProperty({})), { code: 'INVALID_PROPERTY' });
    });

    for (const where of [undefined, null, '', '  ', 5, true, {}, ['INBOX'], 'a\r\nA1 DELETE INBOX', 'a\0']) {
        it(`is never guessed from ${JSON.stringify(where)}`, async () => {
            await assert.rejects(folder({ folder: 'where', folderType: 'msg' }, { where }, 'INBOX'), {
                code: 'INVALID_PROPERTY',
                message: /msg\.where must name a folder/
            });
        });
    }
});
