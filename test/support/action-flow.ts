import type { FlowConfig } from './helper';

export type FlowPart = { type: string } & Record<string, unknown>;

/** What reaches the recorder "caught". */
export interface Caught {
    error: { message: string };
}

/**
 * The flow around one node that acts on mail: the node is "node", what it sends ends in the recorder "out", what it
 * fails with in the recorder "caught".
 *
 * @param behind stand between the node and "out", in this order.
 */
export function actionFlow(
    accounts: Array<FlowPart & { id: string }>,
    node: FlowPart,
    behind: Array<FlowPart & { id: string }> = []
): FlowConfig {
    return [
        { id: 'tab', type: 'tab' },
        ...accounts,
        { id: 'node', z: 'tab', wires: [[behind[0]?.id ?? 'out']], ...node },
        ...behind.map((part, index) => ({ z: 'tab', wires: [[behind[index + 1]?.id ?? 'out']], ...part })),
        { id: 'on-error', z: 'tab', type: 'catch', wires: [['caught']] },
        { id: 'caught', z: 'tab', type: 'recorder' },
        { id: 'out', z: 'tab', type: 'recorder' }
    ] as FlowConfig;
}
