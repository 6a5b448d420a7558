import assert from 'node:assert/strict';
import { startRuntime, type FlowNode, type Runtime } from '../support/runtime';

/** Says hello in the log `after` seconds from the start of the flow. */
function hello(text: string): FlowNode[] {
    return [
        { id: 'tab', type: 'tab', label: 'Test' },
        {
            id: 'inject',
            type: 'inject',
            z: 'tab',
            props: [{ p: 'payload' }],
            payload: text,
            payloadType: 'str',
            once: true,
            onceDelay: 0.1,
            wires: [['debug']]
        },
        { id: 'debug', type: 'debug', z: 'tab', active: true, console: true, complete: 'payload', targetType: 'msg' }
    ];
}

describe('a whole Node-RED for a test', function () {
    this.timeout(120_000);
    let runtime: Runtime;
    before(async () => {
        const account = { id: 'account', type: 'imap-account', name: 'Account' };
        runtime = await startRuntime({
            flows: [...hello('${GREETING}'), account],
            credentials: { account: { user: 'anna', password: 'secret' } },
            env: { GREETING: 'good morning' }
        });
    });
    after(() => runtime?.stop());

    it('runs the given flows with the given environment', async () => {
        await runtime.waitForLog(/good morning/);
    });

    it('has the given credentials', async () => {
        const known = await runtime.get('/credentials/imap-account/account');
        assert.deepEqual(known, { user: 'anna', has_password: true });
    });

    it('has loaded every node of this pack without an error', async () => {
        const sets = (await runtime.get('/nodes')) as Array<{ module: string; id: string; err?: string }>;
        const own = sets.filter(set => set.module === '@mailflow/node-red-mail');
        assert.ok(own.length > 0);
        assert.deepEqual(
            own.filter(set => set.err),
            []
        );
    });

    it('takes new flows and starts them', async () => {
        const before = runtime.lineCount;
        await runtime.deploy(hello('deployed'));
        await runtime.waitForLog(/deployed/, undefined, before);
    });

    it('stops and starts its flows', async () => {
        await runtime.setFlowState('stop');
        const before = runtime.lineCount;
        await runtime.setFlowState('start');
        await runtime.waitForLog(/deployed/, undefined, before);
    });

    it('comes back with the deployed flows after a crash', async () => {
        await runtime.kill();
        assert.equal(runtime.running, false);
        await runtime.start();
        await runtime.waitForLog(/deployed/);
    });

    it('says what the admin API answered when it refuses', async () => {
        await assert.rejects(runtime.get('/nodes/nowhere'), /GET \/nodes\/nowhere answered 404/);
    });
});
