import { dirname, join } from 'node:path';

export type NodeRedVersion = '4' | '5';

/** The npm packages; version 5 is installed under an alias beside version 4. */
const PACKAGES = { '4': 'node-red', '5': 'node-red-5' } as const;
/** Node-RED 5 refuses to start on anything older. */
const NODE_FOR_VERSION_5 = { major: 22, minor: 9 };

/** The version to test against: the environment variable NODE_RED names its package, without it version 4 is taken. */
export function selectedVersion(): NodeRedVersion {
    const name = process.env.NODE_RED ?? PACKAGES['4'];
    const version = (['4', '5'] as const).find(candidate => PACKAGES[candidate] === name);
    if (version === undefined) {
        throw new Error(`NODE_RED must be ${Object.values(PACKAGES).join(' or ')}, not "${name}"`);
    }
    return version;
}

/** Whether the Node.js that runs the tests can run that version of Node-RED. */
export function runsHere(version: NodeRedVersion): boolean {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    const { major: neededMajor, minor: neededMinor } = NODE_FOR_VERSION_5;
    return version === '4' || major > neededMajor || (major === neededMajor && minor >= neededMinor);
}

/** The main file of the package, as the test helper wants it. */
export function runtimeModule(version: NodeRedVersion): string {
    return require.resolve(PACKAGES[version]);
}

/** The script behind the command `node-red`. */
export function runtimeScript(version: NodeRedVersion): string {
    return join(dirname(require.resolve(`${PACKAGES[version]}/package.json`)), 'red.js');
}
