import type { EventEmitter } from 'node:events';
import helper = require('node-red-node-test-helper');
import { Changes } from './changes';

const DEPLOY_TIMEOUT_MS = 10_000;

type SetFlows = Parameters<typeof helper.setFlows>;

/**
 * Deploys over the running flow of the test helper and resolves when the new one has started: the helper's own wait
 * ends after 300 ms, which a busy machine exceeds.
 *
 * @param events of the runtime.
 */
export async function deployFlows(events: EventEmitter, ...deploy: SetFlows): Promise<void> {
    const started = new Changes();
    let isStarted = false;
    const onStarted = (): void => {
        isStarted = true;
        started.notify();
    };
    events.on('flows:started', onStarted);
    try {
        await helper.setFlows(...deploy).catch((error: unknown) => {
            if (!/timeout waiting event/.test(String(error))) {
                throw error;
            }
        });
        await started.until(() => isStarted, 'the deployed flow to start', DEPLOY_TIMEOUT_MS);
    } finally {
        events.off('flows:started', onStarted);
    }
}
