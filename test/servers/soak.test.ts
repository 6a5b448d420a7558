import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { cutLines } from '../soak/cut-lines';
import { failingFlow } from '../soak/failing-flow';
import { hostileLines } from '../soak/hostile-lines';
import { idleDays } from '../soak/idle-days';
import { killRuntime } from '../soak/kill-runtime';
import { renewedFolder } from '../soak/renewed-folder';
import type { SoakRow } from '../soak/scenario';
import { slowFlow } from '../soak/slow-flow';
import { requireServer } from '../support/require-server';

describe('nothing is lost and nothing is doubled', function () {
    this.timeout(120_000);

    before(function () {
        requireServer(this, 'dovecot');
    });

    const clean = ({ lost, doubled }: SoakRow): void => assert.deepEqual({ lost, doubled }, { lost: 0, doubled: 0 });

    it('when the runtime is killed', async () => {
        clean(await killRuntime({ mails: 200, disturbances: 2 }));
    });

    it('when lines are cut, truncated and stalled', async () => {
        clean(await cutLines({ mails: 300, disturbances: 12 }));
    });

    it('when the server says what it should not', async () => {
        const row = await hostileLines({ mails: 300, disturbances: 12 });
        clean(row);
        assert.match(row.note, /0 failures without the account, 0 given up/);
    });

    it('when the flow fails', async () => {
        const row = await failingFlow({ mails: 300, disturbances: 0 });
        clean(row);
        assert.equal(row.note, '3 given up, 0 with another number of tries than expected');
    });

    it('when the server renews the folder', async () => {
        const row = await renewedFolder({ mails: 300, disturbances: 1 });
        clean(row);
        assert.equal(row.note, '1 notice');
    });

    it('when the line is dropped every hour of a quiet day', async () => {
        const row = await idleDays({ mails: 0, disturbances: 24 });
        clean(row);
        assert.equal(row.note, '24 reconnects; timers grew by 0, process listeners by 0');
    });

    it('when the flow is slower than the server', async () => {
        const row = await slowFlow({ mails: 100, disturbances: 0 });
        clean(row);
        assert.match(row.note, /^at most ([1-9]|10) unsettled/);
    });
});
