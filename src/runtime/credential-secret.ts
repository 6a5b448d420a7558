import type { NodeAPI } from 'node-red';

interface ProjectSettings {
    activeProject?: unknown;
    projects?: Record<string, { credentialSecret?: unknown } | undefined>;
}

/**
 * The secret by which this runtime encrypts the credentials of nodes, found as Node-RED 4.1 and 5 find it
 * (`runtime/lib/nodes/credentials.js`): that of the active project, else `credentialSecret` of the settings file, else
 * the generated one. It may change while the runtime runs, so ask each time.
 *
 * @returns null when Node-RED stores credentials in clear text.
 */
export function credentialSecret(RED: NodeAPI): string | null {
    const isProjects = RED.settings.editorTheme?.projects?.enabled === true;
    const kept = isProjects ? setting<ProjectSettings>(RED, 'projects') : undefined;
    const { activeProject, projects } = kept ?? {};
    if (typeof activeProject === 'string' && activeProject !== '') {
        return textOrNull(projects?.[activeProject]?.credentialSecret);
    }
    const own = setting<unknown>(RED, 'credentialSecret');
    return own === undefined ? textOrNull(setting(RED, '_credentialSecret')) : textOrNull(own);
}

/** Settings of the file and those that the runtime keeps itself; it throws for the latter before they are loaded. */
function setting<T>(RED: NodeAPI, name: string): T | undefined {
    try {
        return (RED.settings as unknown as { get(name: string): T | undefined }).get(name);
    } catch {
        return undefined;
    }
}

function textOrNull(value: unknown): string | null {
    return typeof value === 'string' && value !== '' ? value : null;
}
