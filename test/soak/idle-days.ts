import { startDovecot } from '../support/dovecot';
import { IntakeUnderTest } from '../support/intake-under-test';
import { startProxy } from '../support/tcp-proxy';
import type { SoakRow, SoakSize } from './scenario';

/** One hour of an idle mailbox: a look every five minutes. */
const LOOKS_PER_HOUR = 12;
/** Five minutes of real life. */
const INTERVAL_MS = 25;
const PATIENCE_MS = 60_000;

/** An idle mailbox whose connection is dropped every hour: one reconnect each, and nothing grows. */
export async function idleDays(size: SoakSize): Promise<SoakRow> {
    const begun = Date.now();
    const dovecot = await startDovecot();
    const proxy = await startProxy(dovecot);
    const intake = new IntakeUnderTest(proxy, { ack: 'flow', start: 'new' });
    intake.overrides = { intervalMs: INTERVAL_MS };
    const timers: number[] = [];
    const listeners: number[] = [];
    try {
        await intake.restart();
        await intake.looks(LOOKS_PER_HOUR, PATIENCE_MS);
        for (let hour = 1; hour <= size.disturbances; hour++) {
            timers.push(process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length);
            listeners.push(process.listenerCount('uncaughtException') + process.listenerCount('exit'));
            proxy.cut();
            await intake.looks(LOOKS_PER_HOUR, PATIENCE_MS);
        }
    } finally {
        await intake.stop();
        await proxy.stop();
        await dovecot.stop();
    }
    const reconnects = proxy.connections.length - 1;
    const growth = Math.max(...timers.slice(-3)) - Math.max(...timers.slice(0, 3));
    return {
        what: `idle for ${size.disturbances} hours, dropped every hour`,
        mails: 0,
        disturbances: size.disturbances,
        lost: 0,
        doubled: intake.mails.length,
        note: `${reconnects} reconnects; timers grew by ${Math.max(0, growth)}, process listeners by ${(listeners.at(-1) ?? 0) - (listeners[0] ?? 0)}`,
        seconds: (Date.now() - begun) / 1000
    };
}
