import type { NodeAPI } from 'node-red';
import { readImapSettings } from '../account/imap-settings';
import { errorReport, probeTimedOut, type ErrorReport } from '../account/probe-report';
import { PROBE_TIMEOUTS } from '../account/probe-imap';
import { ImapConnection } from '../imap/connection';
import { listFolders, type FolderEntry } from '../imap/folder-list';
import { readAccountForm, type AccountForm } from './account-form';
import { findImapAccount } from './account-lookup';
import { oncePerApp } from './once-per-app';
import { findTlsConfig } from './tls-config';

/** An empty list comes with the reason. */
export interface FolderAnswer {
    folders: FolderEntry[];
    error: ErrorReport | null;
}

const DEADLINE_MS = 30_000;

/**
 * Registers `POST mailflow/imap-account/:id/folders`: the server's folders, for the fields in which one is chosen.
 * Asks over the deployed account's own line, or with what the dialog sends. Always answers within half a minute.
 */
export function serveFolders(RED: NodeAPI): void {
    oncePerApp(RED, 'folders', () => {
        RED.httpAdmin.post(
            '/mailflow/imap-account/:id/folders',
            RED.auth.needsPermission('imap-account.write'),
            (request, response: { json(body: FolderAnswer): void }) => {
                const form = (request.body ?? {}) as AccountForm;
                let timer: NodeJS.Timeout | undefined;
                const late = new Promise<never>((_resolve, reject) => {
                    timer = setTimeout(() => reject(probeTimedOut('', 'list')), DEADLINE_MS);
                });
                Promise.race([foldersOf(RED, String(request.params['id']), form), late])
                    .then(
                        folders => response.json({ folders, error: null }),
                        (error: unknown) => response.json({ folders: [], error: errorReport(error) })
                    )
                    .finally(() => clearTimeout(timer))
                    // a browser that has gone cannot be answered
                    .catch(() => undefined);
            }
        );
    });
}

async function foldersOf(RED: NodeAPI, id: string, form: AccountForm): Promise<FolderEntry[]> {
    if (form.properties === undefined) {
        return findImapAccount(RED, id).listFolders();
    }
    const { saved, credentials } = readAccountForm(RED, 'imap-account', id, form);
    const tls = findTlsConfig(RED, String(saved['tls'] ?? ''));
    const connection = await ImapConnection.open(readImapSettings(saved, credentials, tls).server, PROBE_TIMEOUTS);
    try {
        return await listFolders(connection);
    } finally {
        await connection.close();
    }
}
