import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { findProgram } from '../test/support/find-program';
import { environment, loadExample } from './example-flow';
import { startMailbox } from './mailbox';
import { createRunFolder } from './run-folder';
import { Runtime } from './runtime';
import { sampleMail, type SampleMail } from './sample-mails';

const ROOT = join(__dirname, '..');
const IMAGES = join(ROOT, 'docs', 'images');
const TIMEOUT_MS = 30_000;
const VIEWPORT = { width: 1480, height: 520 };

const REPLY: SampleMail = {
    from: { name: 'Ben Buyer', address: 'ben@example.net' },
    to: 'sales@example.com',
    subject: 'Re: Our offer of May',
    text: 'Yes, please call me.\n'
};
/** What arrives while the picture of an example is taken, and what is to be seen of it; a forward comes back here. */
const PICTURES: Readonly<Record<string, { mail: SampleMail; messages: number }>> = {
    'marketplace-inquiry-import': { mail: sampleMail(0), messages: 1 },
    'forward-replies': { mail: REPLY, messages: 2 }
};

/** Takes the picture of an example for the README: in the editor, at work on the embedded servers. */
async function takePicture(example: string, mail: SampleMail, messages: number): Promise<void> {
    const folder = createRunFolder(join(ROOT, 'demo', '.run'));
    process.once('exit', () => folder.remove());
    const mailbox = await startMailbox();
    Object.assign(process.env, environment(mailbox), { FORWARD_TO: 'office@example.com' });
    const runtime = await Runtime.start({
        root: ROOT,
        userDir: folder.path,
        flow: loadExample(join(ROOT, 'examples', `${example}.json`), mailbox),
        port: 0,
        onReceive: () => undefined,
        onTrouble: text => process.stderr.write(`${text}\n`)
    });
    const browser = await chromium.launch({ executablePath: findProgram('chromium') ?? '', args: ['--no-sandbox'] });
    const page = await browser.newPage({ viewport: VIEWPORT });
    page.setDefaultTimeout(TIMEOUT_MS);
    await page.goto(runtime.url);
    await page.waitForSelector('.red-ui-flow-node');
    await page.evaluate('RED.sidebar.show("debug")');
    await mailbox.inbox.watched;
    await mailbox.send(mail);
    await page
        .locator('.red-ui-debug-msg')
        .nth(messages - 1)
        .waitFor();
    mkdirSync(IMAGES, { recursive: true });
    await page.screenshot({ path: join(IMAGES, `${example}.png`) });
    await browser.close();
    await runtime.stop();
    await mailbox.stop();
}

const [example = ''] = process.argv.slice(2);
const picture = PICTURES[example];
if (!picture) {
    throw new Error(`which example? ${Object.keys(PICTURES).join(', ')}`);
}
takePicture(example, picture.mail, picture.messages).then(
    () => process.exit(0),
    (error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
        process.exit(1);
    }
);
