import { hostileLines } from './soak/hostile-lines';
void hostileLines({ mails: 300, disturbances: 12 }).then(r => console.log(JSON.stringify(r)), e => console.log('ERR', e));
