import helper = require('node-red-node-test-helper');
import type { NodeMessage } from 'node-red';
import composeMail = require('../../nodes/compose-mail');
import imapAccount = require('../../nodes/imap-account');
import smtpAccount = require('../../nodes/smtp-account');
import smtpOut = require('../../nodes/smtp-out');
import { readMail } from '../../src/message/read-mail';
import type { MailMessage } from '../../src/message/types';
import { startEmbeddedImap, type EmbeddedImap } from './embedded-imap';
import { useNodeRed, type NodeFile, type NodeRedUnderTest } from './helper';
import { buildMail, type MailParts } from './mail-builder';
import { mailMeta } from './raw-mail';
import { startSmtpSink, type SmtpSink } from './smtp-sink';
import { createTempFolder, type TempFolder } from './temp-folder';

export type Message = NodeMessage & Record<string, unknown>;
export type Properties = Record<string, unknown>;

export const OWN = 'sales@example.org';
export const BOSS = 'boss@example.com';
const NODES: NodeFile[] = [
    composeMail,
    imapAccount,
    smtpAccount,
    RED => smtpOut(RED, { firstMs: 0, factor: 1, maxMs: 0 })
];

/** compose-mail before smtp-out, with the mailbox and the server that they work with; a recorder at every output. */
export class ComposeSuite {
    readonly red: NodeRedUnderTest;
    #userDir: TempFolder | undefined;
    #sink: SmtpSink | undefined;
    #imap: EmbeddedImap | undefined;
    #deliveries = 0;

    private constructor(red: NodeRedUnderTest) {
        this.red = red;
    }

    /** Registers the hooks of the suite. */
    static use(): ComposeSuite {
        const suite = new ComposeSuite(useNodeRed());
        beforeEach(() => suite.#start());
        afterEach(() => suite.#stop());
        return suite;
    }

    get sink(): SmtpSink {
        return this.#sink as SmtpSink;
    }

    get imap(): EmbeddedImap {
        return this.#imap as EmbeddedImap;
    }

    get userDir(): string {
        return this.#userDir?.path ?? '';
    }

    async load(node: Properties, account: Properties = {}): Promise<void> {
        const credentials = { box: { user: OWN, password: 'secret' } };
        await this.red.loadFlow(NODES, this.#flow(node, account), credentials);
    }

    /** A message as imap-in emits it; each call is a delivery of its own. */
    async received(mail: Buffer, more: { uid?: number; content?: 'text' | 'full' } = {}): Promise<Message> {
        const number = ++this.#deliveries;
        const meta = mailMeta({
            ref: { account: 'box', folder: 'INBOX', uidValidity: '1', uid: more.uid ?? number },
            delivery: { id: `delivery-${number}`, attempt: 1 }
        });
        const message: MailMessage = await readMail(mail, meta, {
            content: more.content ?? 'full',
            attachments: 'none',
            attachmentsDir: '',
            oversize: false
        });
        return message as unknown as Message;
    }

    give(msg: Message): void {
        this.red.node('compose').receive(msg);
    }

    /** Resolves with the reason of the n-th mail that the loop guard has kept back. */
    async refusal(count = 1): Promise<{ reason: string; message: string; code: string }> {
        const msg = await this.red.waitForMessage<Message>('refused', { count });
        return msg['error'] as { reason: string; message: string; code: string };
    }

    async #start(): Promise<void> {
        this.#userDir = createTempFolder('compose');
        helper.settings({ userDir: this.#userDir.path });
        this.#sink = await startSmtpSink();
        this.#imap = await startEmbeddedImap({ users: { [OWN]: 'secret' } });
    }

    async #stop(): Promise<void> {
        await this.red.unload();
        await this.#sink?.stop();
        await this.#imap?.close();
        this.#userDir?.remove();
    }

    #flow(node: Properties, account: Properties): Parameters<NodeRedUnderTest['loadFlow']>[1] {
        return [
            { id: 'tab', type: 'tab' },
            {
                id: 'box',
                type: 'imap-account',
                name: 'Sales',
                host: this.imap.host,
                port: this.imap.port,
                security: 'none'
            },
            {
                id: 'post',
                type: 'smtp-account',
                name: 'Post',
                host: this.sink.host,
                port: this.sink.port,
                security: 'none',
                auth: 'none',
                senderName: 'Sales',
                senderAddress: OWN,
                ...account
            },
            { id: 'compose', z: 'tab', type: 'compose-mail', wires: [['composed', 'send'], ['refused']], ...node },
            { id: 'composed', z: 'tab', type: 'recorder' },
            { id: 'refused', z: 'tab', type: 'recorder' },
            {
                id: 'send',
                z: 'tab',
                type: 'smtp-out',
                account: 'post',
                to: 'to',
                toType: 'msg',
                attempts: 1,
                wires: [['sent'], ['given-up']]
            },
            { id: 'sent', z: 'tab', type: 'recorder' },
            { id: 'given-up', z: 'tab', type: 'recorder' }
        ];
    }
}

/** A customer's mail to the mailbox. */
export function question(parts: MailParts = {}): Buffer {
    return buildMail({
        from: 'Ben Buyer <ben@example.com>',
        to: OWN,
        subject: 'Angebot',
        text: 'Was kostet es?',
        ...parts
    });
}
