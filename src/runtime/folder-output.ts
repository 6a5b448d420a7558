import type { Node, NodeAPI, NodeMessage } from 'node-red';
import type { FolderOutput } from '../delivery/folder-intake';
import { mailKey, type KeptMail, type Outcome } from '../delivery/in-flight';
import type { AckMode } from '../delivery/intake-settings';
import type { MailMessage } from '../message/types';
import { errorInfo } from './error-info';
import type { IntakeStatus } from './intake-status';
import { settlementOf } from './settlement';

/** What the typings leave out: the wires of a running node, which a deploy may change without a restart. */
export type WiredNode = Node & { wires?: string[][] };

export interface OutputOptions {
    account: string;
    /** The account as the user knows it. */
    label: string;
    folder: string;
    ack: AckMode;
    timeoutMs: number;
    /** Mails that the node has delivered from all its folders. */
    delivered: () => number;
}

/** Connects one folder of an imap-in to its node: outputs, status and log. */
export function folderOutput(
    RED: NodeAPI,
    node: WiredNode,
    status: IntakeStatus,
    options: OutputOptions
): FolderOutput {
    const settlement = settlementOf(RED);
    const { account, label, folder, ack, timeoutMs, delivered } = options;
    let lastFailure = '';
    return {
        deliver(mail: MailMessage, kept: KeptMail): Promise<Outcome> | undefined {
            const message = withId(RED, mail);
            const send = (): boolean => {
                node.send([message, null]);
                return isWired(node, 0);
            };
            const key = mailKey(node.id, mail.mail.ref);
            switch (ack) {
                case 'emit':
                    send();
                    return undefined;
                case 'flow':
                    return settlement.followFlow(key, mail, kept, timeoutMs, send);
                case 'node':
                    return settlement.awaitAck(key, kept, timeoutMs, send);
            }
        },
        adopt: (uidValidity, uid) => settlement.inFlight.find(mailKey(node.id, { account, folder, uidValidity, uid })),
        claim: (uidValidity, uid) => settlement.inFlight.claim(mailKey(node.id, { account, folder, uidValidity, uid })),
        giveUp(message, error) {
            const failed = { ...withId(RED, message), error: errorInfo(error) } as NodeMessage;
            node.send([null, failed]);
            if (!isWired(node, 1)) {
                // nobody listens at the second output: Catch nodes and the log must hear of it
                node.error(error.message, failed);
            }
        },
        actionFailed: (message, error) => node.error((error as Error).message, withId(RED, message)),
        notice: text => node.warn(`${folder}: ${text}`),
        progress: (done, waiting) => status.progress(done, waiting),
        settled: () => status.refresh(delivered()),
        isWired() {
            const wired = isWired(node, 0);
            status.wired(wired);
            return wired;
        },
        connecting() {
            status.connecting(folder);
            status.refresh(delivered());
        },
        contact(watching) {
            lastFailure = '';
            status.contact(folder, watching, delivered());
        },
        failed(error) {
            // one line per kind of trouble, not one per attempt
            if (lastFailure !== error.code) {
                lastFailure = error.code;
                node.warn(`${folder}: ${error.message}`);
            }
            status.failed(folder, error, delivered());
        },
        silent(since) {
            status.silent(folder, delivered());
            // an error with a message of its own, so that a Catch node can raise the alarm elsewhere
            const last = since ? `since ${since.toISOString()}` : 'since the start';
            node.error(`${label}: no contact with the folder "${folder}" ${last}; it is still being tried`, {});
        },
        recovered() {
            node.log(`${label}: contact with the folder "${folder}" again`);
        }
    };
}

function isWired(node: WiredNode, output: number): boolean {
    return (node.wires?.[output]?.length ?? 0) > 0;
}

/** Source nodes give the id themselves: `send` on an unwired output would give none. */
function withId(RED: NodeAPI, message: MailMessage): NodeMessage {
    return Object.assign(message, { _msgid: RED.util.generateId() }) as unknown as NodeMessage;
}
