import { resolve } from 'node:path';
import { createTempFolder } from '../test/support/temp-folder';
import { WANTED_DOMAIN } from './mails';
import { MeasuredChild } from './measure/measured-child';
import { writePlainScripts } from './measure/plain-script';
import { emailNodeFlow, imapInFlow, type BenchServer, type EmailSetup } from './runtime/flows';
import { startNodeRed } from './runtime/node-red';

/** Starts one way to do the job, in a process of its own, against a server. */
export type Start = (server: BenchServer) => Promise<MeasuredChild>;

/** What a program may load although it lies in a temporary folder. */
const MODULES = resolve(__dirname, '../node_modules');
const SHARED = ['measure/report-arrival.ts', 'measure/clock.ts'];

/** @param properties of imap-in that a measurement is about. */
export const mailflow = (start: 'all' | 'new', profileDir?: string, properties: object = {}): Start => {
    return server => {
        const flow = imapInFlow(server, start, properties);
        return startNodeRed('mailflow', { pack: 'mailflow', flow, profileDir });
    };
};

/** @param every takes mail of all senders. */
export const emailNode = (setup: EmailSetup, profileDir?: string, every = false): Start => {
    const pack = 'node-red-node-email';
    return server => startNodeRed(pack, { pack, flow: emailNodeFlow(server, setup, every), profileDir });
};

/** A script with imapflow and nothing else. */
export const floor = (job: 'import' | 'listen', profileDir?: string): Start => {
    return ({ host, port, user, password }) =>
        Promise.resolve(
            startScript(`bare imapflow (${job})`, `floor/${job}.ts`, {
                args: [host, String(port), user, password, WANTED_DOMAIN],
                profileDir
            })
        );
};

/** Starts a file of this folder as a program of its own, without the compiler that the bench itself runs under. */
export function startScript(
    name: string,
    file: string,
    options: { args: readonly string[]; env?: Readonly<Record<string, string>>; profileDir?: string | undefined }
): MeasuredChild {
    const folder = createTempFolder('bench');
    return new MeasuredChild(name, writePlainScripts(folder.path, file, ...SHARED), {
        args: options.args,
        env: { NODE_PATH: MODULES, ...options.env },
        profileDir: options.profileDir,
        onEnd: () => folder.remove()
    });
}
