import assert from 'node:assert/strict';
import type { NodeAPI } from 'node-red';
import { findTlsConfig } from '../../../src/runtime/tls-config';

function runtimeWith(node: unknown): NodeAPI {
    return { nodes: { getNode: () => node } } as unknown as NodeAPI;
}

describe('findTlsConfig', () => {
    for (const id of [undefined, '']) {
        it(`asks for nothing when the account names none (${JSON.stringify(id)})`, () => {
            assert.equal(findTlsConfig(runtimeWith({ addTLSOptions: () => ({}) }), id), null);
        });
    }

    it('finds the TLS configuration', () => {
        const node = { addTLSOptions: (options: object) => options };
        assert.equal(findTlsConfig(runtimeWith(node), 'tls1'), node);
    });

    // connecting without it would drop a check that the user has asked for
    for (const [what, node] of [
        ['is missing or disabled', null],
        ['is a node of another kind', { type: 'mqtt-broker' }]
    ] as const) {
        it(`refuses to go on when it ${what}`, () => {
            assert.throws(() => findTlsConfig(runtimeWith(node), 'tls1'), {
                code: 'NOT_CONFIGURED',
                kind: 'configuration',
                message: /the TLS configuration of the account is missing or disabled/
            });
        });
    }
});
