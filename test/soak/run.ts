import { cutLines } from './cut-lines';
import { failingFlow } from './failing-flow';
import { hostileLines } from './hostile-lines';
import { idleDays } from './idle-days';
import { killRuntime } from './kill-runtime';
import { renewedFolder } from './renewed-folder';
import type { SoakRow } from './scenario';
import { slowFlow } from './slow-flow';

/** `npm run soak`: every disturbance in full length, as a table. Ends with code 1 when a mail was lost or doubled. */
async function main(): Promise<void> {
    const rows: SoakRow[] = [];
    for (const scenario of [
        () => killRuntime({ mails: 5000, disturbances: 100 }),
        () => cutLines({ mails: 5000, disturbances: 200 }),
        () => hostileLines({ mails: 5000, disturbances: 200 }),
        () => failingFlow({ mails: 5000, disturbances: 0 }),
        () => renewedFolder({ mails: 5000, disturbances: 1 }),
        () => slowFlow({ mails: 1000, disturbances: 0 }),
        () => idleDays({ mails: 0, disturbances: 24 })
    ]) {
        const row = await scenario();
        console.log(line(row));
        rows.push(row);
    }
    console.log('\n| scenario | mails | disturbances | lost | doubled | note | s |\n|---|---|---|---|---|---|---|');
    rows.forEach(row => console.log(line(row)));
    process.exitCode = rows.some(row => row.lost > 0 || row.doubled > 0) ? 1 : 0;
}

function line({ what, mails, disturbances, lost, doubled, note, seconds }: SoakRow): string {
    return `| ${what} | ${mails} | ${disturbances} | ${lost} | ${doubled} | ${note} | ${seconds.toFixed(0)} |`;
}

void main();
