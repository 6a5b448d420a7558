import { connect } from 'node:net';
import { END_OF_TEXT, reportArrival } from '../measure/report-arrival';

/** What a server says at the end of each step fits into this. */
const TAIL_BYTES = 4096;

/** Reads every byte of every mail and does nothing with it: no faster can anybody be. */
function main([host = '', port = '', user = '', pass = '']: string[]): void {
    const steps = [
        { answer: /^\* OK/m, command: `a LOGIN ${user} ${pass}` },
        { answer: /^a OK/m, command: 'b EXAMINE INBOX' },
        { answer: /^b OK/m, command: 'c UID FETCH 1:* (UID BODY.PEEK[])' },
        { answer: /\r\nc OK/, command: '' }
    ];
    const socket = connect(Number(port), host);
    let tail = '';
    socket.on('data', chunk => {
        tail = (tail + chunk.toString('latin1', Math.max(0, chunk.length - TAIL_BYTES))).slice(-TAIL_BYTES);
        if (!steps[0]?.answer.test(tail)) {
            return;
        }
        const command = steps.shift()?.command ?? '';
        tail = '';
        if (command === '') {
            reportArrival('<everything>', END_OF_TEXT);
        } else {
            socket.write(`${command}\r\n`);
        }
    });
}

// the bench looks at the finished process before it ends it, and takes it along when it ends itself
process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => process.exit());
main(process.argv.slice(2));
