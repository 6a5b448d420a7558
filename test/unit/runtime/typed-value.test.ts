import assert from 'node:assert/strict';
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { MailErrorCode } from '../../../src/message/mail-error';
import { evaluateTyped, readTyped } from '../../../src/runtime/typed-value';

type Callback = (error: Error | null, value?: unknown) => void;

function runtimeWith(evaluate: (text: string, type: string, callback: Callback) => void): NodeAPI {
    const evaluateNodeProperty = (text: string, type: string, _node: Node, _msg: NodeMessage, callback: Callback) =>
        evaluate(text, type, callback);
    return { util: { evaluateNodeProperty } } as unknown as NodeAPI;
}
const node = {} as Node;
const property = { type: 'jsonata', text: '1 +', field: 'To of the node' } as const;

describe('a typed property', () => {
    it('is null when it is empty, whatever its type', () => {
        assert.equal(readTyped({ to: '', toType: 'flow' }, 'to', 'To'), null);
        assert.equal(readTyped({}, 'to', 'To'), null);
    });

    it('is called as the user knows it', () => {
        assert.equal(readTyped({ to: 'to', toType: 'msg' }, 'to', 'To')?.field, 'msg.to');
        assert.equal(readTyped({ to: 'x', toType: 'global' }, 'to', 'To')?.field, 'To of the node');
    });

    it('is evaluated by the runtime, which answers later', async () => {
        const RED = runtimeWith((text, type, callback) => setImmediate(() => callback(null, `${type} ${text}`)));
        assert.deepEqual(await evaluateTyped(RED, node, property, {} as NodeMessage), {
            field: 'To of the node',
            value: 'jsonata 1 +'
        });
    });

    it('names the field when the runtime throws or answers with an error', async () => {
        const failures = [
            runtimeWith(() => {
                throw new Error('Unexpected end of expression');
            }),
            runtimeWith((_text, _type, callback) => callback(new Error('Unexpected end of expression')))
        ];
        for (const RED of failures) {
            await assert.rejects(evaluateTyped(RED, node, property, {} as NodeMessage), {
                code: MailErrorCode.InvalidProperty,
                message: /To of the node cannot be evaluated: Unexpected end of expression/
            });
        }
    });
});
