import { startDovecot } from '../test/support/dovecot';
import { benchText } from './text';
import { benchAttachments } from './attachments';
async function main() {
    const dovecot = await startDovecot({ users: { cleo: 's', dora: 's' } });
    const progress = (t: string) => console.log(new Date().toISOString().slice(11, 19), t);
    try {
        if (process.argv[2] === 'text')
            console.log(
                JSON.stringify(
                    await benchText(dovecot, {
                        mails: Number(process.argv[3]),
                        repetitions: Number(process.argv[4] ?? 1),
                        progress,
                        profileDir: process.argv[5]
                    }),
                    null,
                    1
                )
            );
        else
            console.log(
                JSON.stringify(
                    await benchAttachments(dovecot, {
                        mails: Number(process.argv[3]),
                        mailBytes: Number(process.argv[4]),
                        progress,
                        profileDir: process.argv[5]
                    }),
                    null,
                    1
                )
            );
    } finally {
        await dovecot.stop();
    }
}
void main();
