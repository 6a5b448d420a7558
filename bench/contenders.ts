import { resolve } from 'node:path';
import { createTempFolder } from '../test/support/temp-folder';
import { WANTED_DOMAIN } from './mails';
import { MeasuredChild } from './measure/measured-child';
import { writePlainScripts } from './measure/plain-script';
import { emailNodeFlow, imapInFlow, type BenchServer } from './runtime/flows';
import { startNodeRed } from './runtime/node-red';

/** Starts one way to do the job, in a process of its own, against a server. */
export type Start = (server: BenchServer) => Promise<MeasuredChild>;

/** What a program may load although it lies in a temporary folder. */
const MODULES = resolve(__dirname, '../node_modules');
const SHARED = ['measure/report-arrival.ts', 'measure/clock.ts'];

/** `profileDir`: where processes leave a CPU profile. */
export function contenders(
    profileDir?: string
): Record<'importMailflow' | 'importEmailNode' | 'importFloor' | 'listenMailflow' | 'listenFloor', Start> {
    const script = (name: string, file: string): Start => {
        return server => Promise.resolve(startScript(name, file, server, profileDir));
    };
    return {
        importMailflow: server => startNodeRed('mailflow', 'mailflow', imapInFlow(server, 'all'), profileDir),
        importEmailNode: server =>
            startNodeRed('node-red-node-email', 'node-red-node-email', emailNodeFlow(server), profileDir),
        importFloor: script('bare imapflow', 'floor/import.ts'),
        listenMailflow: server => startNodeRed('mailflow', 'mailflow', imapInFlow(server, 'new'), profileDir),
        listenFloor: script('bare imapflow', 'floor/listen.ts')
    };
}

/** Runs a script of this folder against a server. */
export function startScript(name: string, file: string, server: BenchServer, profileDir?: string): MeasuredChild {
    const folder = createTempFolder('bench');
    return new MeasuredChild(name, writePlainScripts(folder.path, file, ...SHARED), {
        args: [server.host, String(server.port), server.user, server.password, WANTED_DOMAIN],
        env: { NODE_PATH: MODULES },
        profileDir,
        onEnd: () => folder.remove()
    });
}
