import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { findFreePort } from '../../test/support/free-port';
import { createTempFolder } from '../../test/support/temp-folder';
import { MeasuredChild } from '../measure/measured-child';
import { writePlainScripts } from '../measure/plain-script';
import type { Flow } from './flows';

const PROJECT = resolve(__dirname, '../..');

/** The pack under measurement; Node-RED finds the other one by itself where npm has put it. */
export type MeasuredPack = 'mailflow' | 'node-red-node-email';

export interface NodeRedOptions {
    pack: MeasuredPack;
    flow: Flow;
    env?: Readonly<Record<string, string>>;
    profileDir?: string | undefined;
    /** Called with the user directory before the runtime starts. */
    prepare?: (userDir: string) => Promise<void>;
}

/**
 * Starts a Node-RED as users run it, the editor included, with one of the packs and nothing of the other in memory.
 * The process is there when this resolves; its flow starts a few seconds later.
 */
export async function startNodeRed(name: string, options: NodeRedOptions): Promise<MeasuredChild> {
    const folder = createTempFolder('bench');
    const userDir = folder.path;
    writeFlow(userDir, options.flow);
    writeBenchNodes(userDir);
    await options.prepare?.(userDir);
    const settings = {
        uiHost: '127.0.0.1',
        uiPort: await findFreePort(),
        flowFile: 'flows.json',
        // the credentials of a bench are no secret, and an unencrypted file can be written in advance
        credentialSecret: false,
        telemetry: { enabled: false, updateNotification: false },
        logging: { console: { level: 'warn', metrics: false, audit: false } },
        ...(options.pack === 'mailflow' ? { nodesDir: [PROJECT], nodesExcludes: ['node-red-node-email'] } : {})
    };
    writeFileSync(join(userDir, 'settings.js'), `module.exports = ${JSON.stringify(settings)};\n`);
    const program = join(dirname(require.resolve('node-red/package.json')), 'red.js');
    return new MeasuredChild(name, program, {
        args: ['--userDir', userDir],
        env: { BENCH_PROJECT: PROJECT, ...options.env },
        profileDir: options.profileDir,
        onEnd: () => folder.remove()
    });
}

function writeFlow(userDir: string, flow: Flow): void {
    writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flow.nodes));
    writeFileSync(join(userDir, 'flows_cred.json'), JSON.stringify(flow.credentials));
}

/** Node-RED loads a node from the user's folder when an html of the same name lies beside it. */
function writeBenchNodes(userDir: string): void {
    const nodes = join(userDir, 'nodes');
    mkdirSync(nodes);
    const shared = ['measure/report-arrival.ts', 'measure/clock.ts'];
    const types: Record<string, string[]> = {
        arrivals: ['bench-arrivals'],
        mails: ['bench-mails'],
        messages: ['bench-messages', 'bench-sink']
    };
    for (const [file, names] of Object.entries(types)) {
        writePlainScripts(nodes, `runtime/${file}.ts`, ...shared);
        const html = names.map(type => `<script type="text/html" data-template-name="${type}"></script>\n`);
        writeFileSync(join(nodes, 'runtime', `${file}.html`), html.join(''));
    }
}
