import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HealthAnswer } from '../../src/runtime/health-route';
import { startDovecot, type Dovecot } from '../support/dovecot';
import { requireServer } from '../support/require-server';
import { startRuntime, type FlowNode, type Runtime } from '../support/runtime';
import { createTempFolder, type TempFolder } from '../support/temp-folder';

const SECRET = 'Geheimnis aus der Datei';
/** As in docs/headless.md: nothing in the flow but names of variables. */
const FLOWS: FlowNode[] = [
    { id: 'tab', type: 'tab', label: 'Test' },
    {
        id: 'mailbox',
        type: 'imap-account',
        name: 'Mailbox',
        host: '${MAIL_HOST}',
        port: '${MAIL_PORT}',
        security: '${MAIL_SECURITY}',
        verify: '${MAIL_VERIFY}'
    },
    { id: 'in', type: 'imap-in', z: 'tab', account: 'mailbox', folders: '${MAIL_FOLDERS}', wires: [['end'], []] },
    { id: 'end', type: 'debug', z: 'tab', active: false, wires: [] }
];
const CREDENTIALS = { mailbox: { user: '${MAIL_USER}', password: '${MAIL_PASSWORD}' } };

describe('a runtime without an editor', function () {
    this.timeout(120_000);
    let dovecot: Dovecot;
    let folder: TempFolder;
    let runtime: Runtime | undefined;
    before(async function () {
        requireServer(this, 'dovecot');
        dovecot = await startDovecot({ users: { anna: SECRET }, folders: { Anfragen: null } });
        folder = createTempFolder('secrets');
        writeFileSync(join(folder.path, 'user'), 'anna\n');
        writeFileSync(join(folder.path, 'password'), `${SECRET}\n`);
    });
    afterEach(async () => {
        await runtime?.stop();
        runtime = undefined;
    });
    after(async () => {
        await dovecot?.stop();
        folder?.remove();
    });

    async function start(env: Record<string, string>): Promise<Runtime> {
        runtime = await startRuntime({
            flows: FLOWS,
            credentials: CREDENTIALS,
            env: {
                MAIL_HOST: '127.0.0.1',
                MAIL_PORT: String(dovecot.imapsPort),
                MAIL_SECURITY: 'tls',
                MAIL_VERIFY: 'false',
                MAIL_FOLDERS: 'INBOX,Anfragen',
                ...env
            },
            // the editor is off, as in a container; the admin routes stay for monitoring
            settings: { disableEditor: true }
        });
        return runtime;
    }

    async function account(): Promise<HealthAnswer['accounts'][number] | undefined> {
        const { accounts } = (await runtime?.get('/mailflow/health')) as HealthAnswer;
        return accounts.find(({ id }) => id === 'mailbox');
    }

    it('works from variables and secret files alone', async () => {
        await start({
            MAIL_USER_FILE: join(folder.path, 'user'),
            MAIL_PASSWORD_FILE: join(folder.path, 'password')
        });
        for (let attempt = 0; attempt < 100 && (await account())?.state !== 'ok'; attempt++) {
            await new Promise(resolve => setTimeout(resolve, 100));
        }
        const found = await account();
        assert.equal(found?.state, 'ok', JSON.stringify(found));
        assert.deepEqual(found?.folders.map(({ folder: name, state }) => [name, state]).sort(), [
            ['Anfragen', 'push'],
            ['INBOX', 'push']
        ]);
        assert.ok(!JSON.stringify(found).includes(SECRET));
        assert.ok(!runtime?.log.some(line => line.includes(SECRET)));
    });

    it('says which file is missing, and goes on running', async () => {
        const missing = join(folder.path, 'missing');
        await start({ MAIL_USER: 'anna', MAIL_PASSWORD_FILE: missing });
        const line = await runtime?.waitForLog(/MAIL_PASSWORD_FILE/);
        assert.ok(line?.includes(missing), line);
        assert.equal((await account())?.state, 'unusable');
    });

    it('says which variable is missing when there is no file either', async () => {
        await start({ MAIL_USER: 'anna' });
        await runtime?.waitForLog(/environment variable MAIL_PASSWORD, which is not set/);
        assert.equal((await account())?.lastError?.code, 'ENV_MISSING');
    });
});
