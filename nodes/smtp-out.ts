import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { MailError, MailErrorCode } from '../src/message/mail-error';
import { errorInfo } from '../src/runtime/error-info';
import { healthOf } from '../src/runtime/health';
import { onClose, onInput } from '../src/runtime/input';
import { useLoopGuard } from '../src/runtime/loop-guards';
import { findMailSender } from '../src/runtime/sender-lookup';
import { SendingReport } from '../src/runtime/sending-report';
import { SendingStatus } from '../src/runtime/sending-status';
import type { SavedProperties } from '../src/runtime/settings';
import { readSmtpOutSettings, type SmtpOutSettings } from '../src/runtime/smtp-out-settings';
import { StatusDisplay } from '../src/runtime/status';
import { evaluateTyped } from '../src/runtime/typed-value';
import type { ComposeOptions, MessageFields } from '../src/smtp/outgoing';
import { RETRY_PAUSES, Submissions } from '../src/smtp/submission';

interface SmtpOutConfig extends NodeDef {
    account?: string;
}

/** Sends each message as a mail: output 1 with `msg.sent`, or output 2 with `msg.error` when it was given up. */
export = function (RED: NodeAPI, pauses = RETRY_PAUSES): void {
    function SmtpOutNode(this: Node, config: SmtpOutConfig): void {
        RED.nodes.createNode(this, config);
        const status = new SendingStatus(new StatusDisplay(this));
        let lastTrouble = '';
        const submissions = new Submissions({
            pauses,
            // Node-RED's setting for every node that holds messages; 0 stands for no limit there, ours then holds
            maxUnfinished: RED.settings.nodeMessageBufferMaxLength || undefined,
            onRetry: error => {
                status.retrying();
                // one line per kind of trouble, not one per mail of a burst
                if (lastTrouble !== error.code) {
                    lastTrouble = error.code;
                    this.warn(error.message);
                }
            }
        });
        const readSettings = (): SmtpOutSettings =>
            readSmtpOutSettings(config as unknown as SavedProperties, RED.settings.userDir ?? process.cwd());
        let settings: SmtpOutSettings | null = null;
        try {
            settings = readSettings();
            findMailSender(RED, config.account ?? '');
        } catch (error) {
            status.problem(error);
            this.error((error as Error).message);
        }
        const guards = useLoopGuard(RED);
        onInput(this, async (msg, send) => {
            status.started();
            const fields = msg as unknown as MessageFields;
            const report = new SendingReport(fields['composed']);
            try {
                const current = settings ?? readSettings();
                const sender = findMailSender(RED, config.account ?? '');
                const key = await report.open(guards);
                const mail = sender.compose(fields, { ...(await composeOptions(this, msg, current)), key });
                const sent = await submissions.submit(sender, mail, current.attempts);
                lastTrouble = '';
                status.sent(sent);
                await report.sent(sent);
                send([Object.assign(msg, { sent }), null]);
            } catch (error) {
                status.failed(error);
                report.failed();
                // a mail given back because the node stops is neither sent nor given up
                if (!(error instanceof MailError && error.code === MailErrorCode.Closed)) {
                    healthOf(RED).mailFailed(config.account ?? '');
                    send([null, Object.assign(msg, { error: errorInfo(error) })]);
                }
                throw error;
            }
        });
        onClose(this, async () => {
            await submissions.close();
            status.close();
            await guards.release();
        });
    }

    async function composeOptions(node: Node, msg: NodeMessage, settings: SmtpOutSettings): Promise<ComposeOptions> {
        const { to, subject, signature, attachmentsDir } = settings;
        return {
            to: to && (await evaluateTyped(RED, node, to, msg)),
            subject: subject && (await evaluateTyped(RED, node, subject, msg)),
            signature,
            attachmentsDir
        };
    }

    RED.nodes.registerType('smtp-out', SmtpOutNode);
};
