import { join } from 'node:path';
import type { NodeAPI, NodeDef } from 'node-red';
import { FolderIntake } from '../src/delivery/folder-intake';
import { readIntakeSettings } from '../src/delivery/intake-settings';
import { findImapAccount } from '../src/runtime/account-lookup';
import { folderOutput, type WiredNode } from '../src/runtime/folder-output';
import { healthOf } from '../src/runtime/health';
import { onClose } from '../src/runtime/input';
import { IntakeStatus } from '../src/runtime/intake-status';
import type { SavedProperties } from '../src/runtime/settings';
import { settlementOf } from '../src/runtime/settlement';
import { StatusDisplay } from '../src/runtime/status';
import { watchedOutput } from '../src/runtime/watched-output';
import { ContextStore, type Context } from '../src/state/context-store';
import { FileStore } from '../src/state/file-store';

/** Emits one message for each mail that belongs to it: output 1, or output 2 for a mail that was given up. */
export = function (RED: NodeAPI): void {
    function ImapInNode(this: WiredNode, config: NodeDef & { account?: string }): void {
        RED.nodes.createNode(this, config);
        const display = new StatusDisplay(this);
        try {
            start(this, config, display);
        } catch (error) {
            display.show({ fill: 'red', shape: 'ring', text: 'imap-in.status.not-configured' });
            this.error((error as Error).message);
        }
    }

    function start(node: WiredNode, config: NodeDef & { account?: string }, display: StatusDisplay): void {
        const userDir = RED.settings.userDir ?? process.cwd();
        const account = findImapAccount(RED, config.account ?? '');
        const settings = readIntakeSettings(config as unknown as SavedProperties, userDir);
        const store =
            settings.store === ''
                ? new FileStore(join(userDir, 'mailflow', 'ledger'))
                : new ContextStore(node.context() as unknown as Context, settings.store);
        const status = new IntakeStatus(display);
        const settlement = settlementOf(RED);
        const delivered = (): number => folders.reduce((sum, { intake }) => sum + intake.delivered, 0);
        const folders = settings.folders.map(folder => {
            const health = healthOf(RED).folder(account.id, node.id, folder);
            const options = {
                account: account.id,
                label: account.label,
                folder,
                ack: settings.ack,
                timeoutMs: settings.timeoutMs,
                delivered
            };
            const output = watchedOutput(folderOutput(RED, node, status, options), health);
            return { intake: new FolderIntake(node.id, account, folder, settings, store, output), health };
        });
        if (settings.ack === 'flow') {
            settlement.acquire(node.id);
        }
        account.register(node.id);
        folders.forEach(({ intake, health }) => {
            health.enter(() => intake.lookNow());
            intake.start();
        });
        onClose(node, async () => {
            folders.forEach(({ health }) => health.leave());
            await Promise.all(folders.map(({ intake }) => intake.close()));
            display.close();
            settlement.release(node.id);
            await account.deregister(node.id);
        });
    }

    RED.nodes.registerType('imap-in', ImapInNode);
};
