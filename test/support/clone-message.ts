/** Copies a message as the runtime does at every wire but the first, without starting a runtime. */
export function cloneMessage<T extends object>(message: T): T {
    const runtime = require.resolve(process.env['NODE_RED'] ?? 'node-red');
    const { util } = require(require.resolve('@node-red/util', { paths: [runtime] })) as {
        util: { cloneMessage(message: T): T };
    };
    return util.cloneMessage(message);
}
