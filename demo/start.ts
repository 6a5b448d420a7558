import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build, isBuildNeeded } from './build';
import { environment, loadExample } from './example-flow';
import { startMailbox, type DemoMailbox } from './mailbox';
import { Report, type ShownInquiry } from './report';
import { createRunFolder } from './run-folder';
import { Runtime } from './runtime';
import { OLDER_MAILS, sampleMail, SENDERS } from './sample-mails';

const ROOT = join(__dirname, '..');
/** The node of the flow whose messages are shown. */
const RESULT_NODE = 'Inquiry';
const MAIL_EVERY_MS = 3000;
/** The mailbox lies in memory; whoever forgets the demo finds it quiet, not fat. */
const MAX_MAILS = 5000;
/** Mail that comes before the flow watches the mailbox is older than the flow, and not for it. */
const WATCH_TIMEOUT_MS = 10_000;
/** The demo ends within 5 s, whatever still hangs. */
const STOP_TIMEOUT_MS = 4000;

/** Everything the demo has started so far, in the order in which it is to be stopped. */
interface Started {
    timer?: NodeJS.Timeout;
    report?: Report;
    runtime?: Runtime;
    mailbox?: DemoMailbox;
}

async function start(started: Started, port: number, signal: AbortSignal): Promise<void> {
    const print = (line: string): void => void process.stdout.write(`${line}\n`);
    if (isBuildNeeded(ROOT)) {
        print('  Building …');
        await build(ROOT, signal);
    }
    const folder = createRunFolder(join(ROOT, 'demo', '.run'));
    process.once('exit', () => folder.remove());
    const mailbox = (started.mailbox = await startMailbox());
    for (const mail of OLDER_MAILS) {
        await mailbox.send(mail);
    }
    Object.assign(process.env, environment(mailbox));
    const flow = loadExample(join(ROOT, 'examples', 'marketplace-inquiry-import.json'), mailbox);
    const result = flow.find(node => node.type === 'debug' && node.name === RESULT_NODE)?.id;
    const report = (started.report = new Report(print, () => mailbox.inbox.count()));
    started.runtime = await Runtime.start({
        root: ROOT,
        userDir: folder.path,
        flow,
        port,
        onReceive: (id, message) => {
            if (id === result) {
                report.inquiry(message['payload'] as ShownInquiry);
            }
        },
        onTrouble: text => report.trouble(text)
    });
    report.introduction(started.runtime.url, SENDERS);
    await Promise.race([mailbox.inbox.watched, new Promise(resolve => setTimeout(resolve, WATCH_TIMEOUT_MS).unref())]);
    started.timer = deliverMails(mailbox, report);
}

/** Sends a mail at once and then one every few seconds. */
function deliverMails(mailbox: DemoMailbox, report: Report): NodeJS.Timeout {
    let next = 0;
    const send = (): void => {
        mailbox.send(sampleMail(next++)).catch((error: unknown) => report.trouble(String(error)));
        if (next >= MAX_MAILS) {
            clearInterval(timer);
        }
    };
    const timer = setInterval(send, MAIL_EVERY_MS);
    send();
    return timer;
}

async function stop({ timer, report, runtime, mailbox }: Started): Promise<void> {
    setTimeout(() => process.exit(0), STOP_TIMEOUT_MS).unref();
    clearInterval(timer);
    report?.end();
    await runtime?.stop();
    await mailbox?.stop();
}

async function run(): Promise<void> {
    const { values } = parseArgs({ options: { port: { type: 'string', default: '1880' } } });
    const ending = new AbortController();
    const ended = once(ending.signal, 'abort');
    // Ctrl-C arrives twice when npm passes it on as well, so the listeners stay
    process.on('SIGINT', () => ending.abort());
    process.on('SIGTERM', () => ending.abort());
    const started: Started = {};
    await Promise.race([start(started, Number(values.port), ending.signal), ended]);
    await ended;
    await stop(started);
}

run().then(
    // Node-RED leaves timers behind that would keep the process alive for a while
    () => process.exit(0),
    (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
        process.exit(1);
    }
);
