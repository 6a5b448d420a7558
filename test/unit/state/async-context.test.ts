import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { Ledger } from '../../../src/delivery/ledger';
import { ContextStore, type Context } from '../../../src/state/context-store';
import { createTempFolder, type TempFolder } from '../../support/temp-folder';

interface ContextStores {
    init(settings: object): void;
    load(): Promise<void>;
    close(): Promise<void>;
    get(nodeId: string, flowId?: string): Context;
}

const PLACE = { node: 'node1', account: 'account1', folder: 'Einkauf.Ärger [neu]' };
const runtime = createRequire(require.resolve(process.env['NODE_RED'] ?? 'node-red'));
const contexts = runtime('@node-red/runtime/lib/nodes/context') as ContextStores;

// localfilesystem without its cache stands for every remote store: it can only answer later
describe('a ledger in a context store of Node-RED that is only asynchronous', () => {
    let temp: TempFolder;

    beforeEach(() => {
        temp = createTempFolder('context');
    });
    afterEach(async () => {
        await contexts.close();
        temp.remove();
    });

    async function openStore(): Promise<ContextStore> {
        const remote = { module: 'localfilesystem', config: { dir: temp.path, cache: false } };
        contexts.init({
            contextStorage: { default: 'memory', memory: { module: 'memory' }, remote },
            userDir: temp.path
        });
        await contexts.load();
        return new ContextStore(contexts.get('node1', 'flow1'), 'remote');
    }

    it('is the same after a restart', async () => {
        const ledger = await Ledger.open(await openStore(), PLACE);
        assert.deepEqual([ledger.started, ledger.problem], [false, '']);
        ledger.start('7', { watermark: 4, since: null, sinceBelowUid: 0 });
        ledger.begin(5, 1);
        ledger.settle(4, 'print');
        await ledger.save();
        await contexts.close();
        const again = await Ledger.open(await openStore(), PLACE);
        assert.deepEqual([again.started, again.watermark, again.knows('print')], [true, 4, true]);
        assert.deepEqual(again.pending, [[5, { attempt: 1 }]]);
    });

    it('is kept aside when something else is stored there, and the folder goes on from now on', async () => {
        const store = await openStore();
        const ledger = await Ledger.open(store, PLACE);
        ledger.start('7', { watermark: 4, since: null, sinceBelowUid: 0 });
        await ledger.save();
        await store.save(JSON.stringify([PLACE.node, PLACE.account, PLACE.folder]), { odd: true });
        const damaged = await Ledger.open(store, PLACE);
        assert.deepEqual([damaged.started, damaged.lostAt], [false, null]);
        assert.match(damaged.problem, /another format and was kept aside\. Mail that comes from now on is taken/);
    });
});
