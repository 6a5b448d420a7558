import { IntakeUnderTest } from './support/intake-under-test';
import { renewedFolder } from './soak/renewed-folder';
import { hostileLines } from './soak/hostile-lines';
import { idleDays } from './soak/idle-days';
const orig = IntakeUnderTest.prototype.restart;
let t: any; let last: any;
IntakeUnderTest.prototype.restart = function (this: IntakeUnderTest, ...a: any) { last = this; return orig.apply(this, a); };
void (async () => {
for (const run of [() => hostileLines({ mails: 5000, disturbances: 200 }), () => idleDays({ mails: 0, disturbances: 24 }), () => renewedFolder({ mails: 5000, disturbances: 1 }), () => renewedFolder({ mails: 5000, disturbances: 1 })])
 console.log(await run().then(r => JSON.stringify(r), e => `ERR ${e} mails ${last?.mails.length} contacts ${last?.contacts} ${last?.failures.map(String)} ${last?.notices}`));
})();
