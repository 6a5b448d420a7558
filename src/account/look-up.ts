import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { MailError, MailErrorCode } from '../message/mail-error';
import { failed, passed, skipped, type ReportStep } from './probe-report';

const LOOK_UP_TIMEOUT_MS = 10_000;
const MAX_SHOWN = 3;

/** Resolves a host name as a connection will, and reports what it found; false when the name leads nowhere. */
export async function lookUp(host: string, account: string, report: ReportStep): Promise<boolean> {
    if (isIP(host) !== 0) {
        report(skipped('look-up'));
        return true;
    }
    let timer: NodeJS.Timeout | undefined;
    try {
        const late = new Promise<never>((_resolve, reject) => {
            timer = setTimeout(() => reject(new Error('no answer in time')), LOOK_UP_TIMEOUT_MS);
        });
        const found = await Promise.race([lookup(host, { all: true }), late]);
        const addresses = found.slice(0, MAX_SHOWN).map(({ address }) => address);
        report(passed('look-up', 'look-up', { host, addresses: addresses.join(', ') }));
        return true;
    } catch (error) {
        report(failed('look-up', unknownHost(host, account, error)));
        return false;
    } finally {
        clearTimeout(timer);
    }
}

function unknownHost(host: string, account: string, error: unknown): MailError {
    return new MailError({
        code: MailErrorCode.HostUnknown,
        kind: 'temporary',
        step: 'look-up',
        account,
        problem: `the host name "${host}" could not be resolved: ${(error as Error).message}`,
        remedy: 'Check the host name and the network.'
    });
}
