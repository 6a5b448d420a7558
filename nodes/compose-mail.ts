import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import type { ImapAccount } from '../src/account/imap-account';
import type { ComposedFields } from '../src/compose/compose';
import { MailError, MailErrorCode } from '../src/message/mail-error';
import { Composer, Refused } from '../src/runtime/composer';
import { readComposeSettings, type ComposeSettings } from '../src/runtime/compose-settings';
import { errorInfo } from '../src/runtime/error-info';
import { onClose, onInput } from '../src/runtime/input';
import { useLoopGuard } from '../src/runtime/loop-guards';
import type { SavedProperties } from '../src/runtime/settings';
import { StatusDisplay } from '../src/runtime/status';

/** Makes of a received mail an answer or a forward: output 1, or output 2 when the loop guard keeps it back. */
export = function (RED: NodeAPI): void {
    function ComposeMailNode(this: Node, config: NodeDef): void {
        RED.nodes.createNode(this, config);
        const display = new StatusDisplay(this);
        const guard = useLoopGuard(RED);
        const used = new Set<ImapAccount>();
        const composer = new Composer(RED, this, {
            guard: () => guard.get(),
            use: account => {
                used.add(account);
                account.register(this.id);
            }
        });
        const readSettings = (): ComposeSettings => readComposeSettings(config as unknown as SavedProperties);
        let settings: ComposeSettings | null = null;
        try {
            settings = readSettings();
        } catch (error) {
            display.show({ fill: 'red', shape: 'ring', text: 'compose-mail.status.not-configured' });
            this.error((error as Error).message);
        }
        let limitReached = false;
        onInput(this, async (msg, send) => {
            try {
                const fields = await composer.compose(msg, settings ?? readSettings());
                limitReached = false;
                display.show(null);
                send([withFields(msg, fields), null]);
            } catch (error) {
                if (!(error instanceof Refused)) {
                    showFailure(display, error);
                    throw error;
                }
                const isLimit = error.reason === 'sender-limit' || error.reason === 'target-limit';
                display.show({
                    fill: isLimit ? 'red' : 'yellow',
                    shape: 'dot',
                    text: isLimit ? 'compose-mail.status.limit' : 'compose-mail.status.refused'
                });
                // once for a loop, not once for each of its mails
                if (isLimit && !limitReached) {
                    limitReached = true;
                    this.warn(error.message);
                }
                send([null, Object.assign(msg, { error: { ...errorInfo(error), reason: error.reason } })]);
            }
        });
        onClose(this, async () => {
            display.close();
            await Promise.all([guard.release(), ...[...used].map(account => account.deregister(this.id))]);
        });
    }

    RED.nodes.registerType('compose-mail', ComposeMailNode);
};

/** A field of an earlier mail, such as its HTML, must not stay behind in this one. */
function withFields(msg: NodeMessage, fields: ComposedFields): NodeMessage {
    Object.assign(msg, fields);
    for (const [name, value] of Object.entries(fields)) {
        if (value === undefined) {
            delete (msg as Record<string, unknown>)[name];
        }
    }
    return msg;
}

function showFailure(display: StatusDisplay, error: unknown): void {
    const isSetup = error instanceof MailError && error.code === MailErrorCode.NotConfigured;
    const text = isSetup ? 'compose-mail.status.not-configured' : 'compose-mail.status.failed';
    display.show({ fill: 'red', shape: isSetup ? 'ring' : 'dot', text });
}
