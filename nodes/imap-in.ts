import { join } from 'node:path';
import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { FolderIntake, type FolderOutput } from '../src/delivery/folder-intake';
import { readIntakeSettings, type IntakeSettings } from '../src/delivery/intake-settings';
import { mailKey, type Outcome } from '../src/delivery/in-flight';
import type { MailError } from '../src/message/mail-error';
import type { MailMessage } from '../src/message/types';
import { findImapAccount } from '../src/runtime/account-lookup';
import { onClose } from '../src/runtime/input';
import { settlementOf } from '../src/runtime/settlement';
import { IntakeStatus } from '../src/runtime/intake-status';
import type { SavedProperties } from '../src/runtime/settings';
import { StatusDisplay } from '../src/runtime/status';
import { ContextStore, type Context } from '../src/state/context-store';
import { FileStore } from '../src/state/file-store';
import type { StateStore } from '../src/state/store';

interface ImapInConfig extends NodeDef {
    account?: string;
}
/** What the typings leave out: the wires of a running node, which a deploy may change without a restart. */
type WiredNode = Node & { wires?: string[][] };

/** Emits one message for each mail that belongs to it: output 1, or output 2 for a mail that was given up. */
export = function (RED: NodeAPI): void {
    function ImapInNode(this: WiredNode, config: ImapInConfig): void {
        RED.nodes.createNode(this, config);
        const display = new StatusDisplay(this);
        const status = new IntakeStatus(display);
        const settlement = settlementOf(RED);
        const userDir = RED.settings.userDir ?? process.cwd();
        let folders: FolderIntake[] = [];
        try {
            const account = findImapAccount(RED, config.account ?? '');
            const settings = readIntakeSettings(config as unknown as SavedProperties, userDir);
            const store = storeFor(this, settings, userDir);
            folders = settings.folders.map(
                folder =>
                    new FolderIntake(
                        this.id,
                        account,
                        folder,
                        settings,
                        store,
                        outputFor(this, account.id, folder, settings)
                    )
            );
            account.register(this.id);
            if (settings.ack === 'flow') {
                settlement.acquire(this.id);
            }
            folders.forEach(folder => folder.start());
            onClose(this, async () => {
                await Promise.all(folders.map(folder => folder.close()));
                display.close();
                settlement.release(this.id);
                await account.deregister(this.id);
            });
        } catch (error) {
            display.show({ fill: 'red', shape: 'ring', text: 'imap-in.status.not-configured' });
            this.error((error as MailError).message);
        }

        function delivered(): number {
            return folders.reduce((sum, folder) => sum + folder.delivered, 0);
        }

        function deliver(
            node: WiredNode,
            settings: IntakeSettings,
            mail: MailMessage,
            fingerprint: string
        ): Promise<Outcome> | undefined {
            const key = mailKey(node.id, mail.mail.ref);
            const message = withId(mail);
            const send = (): void => node.send([message, null]);
            switch (settings.ack) {
                case 'emit':
                    send();
                    return undefined;
                case 'flow':
                    return settlement.followFlow(key, mail, fingerprint, settings.timeoutMs, send);
                case 'node':
                    return settlement.awaitAck(key, mail, fingerprint, settings.timeoutMs, send);
            }
        }

        function outputFor(node: WiredNode, account: string, folder: string, settings: IntakeSettings): FolderOutput {
            let lastFailure = '';
            return {
                deliver: (message, fingerprint) => deliver(node, settings, message, fingerprint),
                adopt: (uidValidity, uid) =>
                    settlement.inFlight.find(mailKey(node.id, { account, folder, uidValidity, uid })),
                giveUp: (message, error) => {
                    const failed = { ...withId(message), error: { message: error.message, code: error.code } };
                    node.send([null, failed as NodeMessage]);
                    if (!node.wires?.[1]?.length) {
                        // nobody listens at the second output: Catch nodes and the log must hear of it
                        node.error(error.message, failed as NodeMessage);
                    }
                },
                actionFailed: (message, error) => node.error((error as Error).message, withId(message)),
                notice: text => node.warn(`${folder}: ${text}`),
                progress: (done, waiting) => status.progress(done, waiting),
                isWired: () => {
                    const wired = (node.wires?.[0]?.length ?? 0) > 0;
                    status.wired(wired);
                    return wired;
                },
                connecting: () => {
                    status.connecting(folder);
                    status.refresh(delivered());
                },
                contact: watching => {
                    lastFailure = '';
                    status.contact(folder, watching, delivered());
                },
                failed: error => {
                    // one line per kind of trouble, not one per attempt
                    if (lastFailure !== error.code) {
                        lastFailure = error.code;
                        node.warn(`${folder}: ${error.message}`);
                    }
                    status.failed(folder, error, delivered());
                }
            };
        }
    }

    function withId(message: MailMessage): NodeMessage {
        return Object.assign(message, { _msgid: RED.util.generateId() }) as unknown as NodeMessage;
    }

    function storeFor(node: Node, settings: IntakeSettings, userDir: string): StateStore {
        return settings.store === ''
            ? new FileStore(join(userDir, 'mailflow', 'ledger'))
            : new ContextStore(node.context() as unknown as Context, settings.store);
    }

    RED.nodes.registerType('imap-in', ImapInNode);
};
