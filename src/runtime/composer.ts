import type { Node, NodeAPI, NodeMessage } from 'node-red';
import type { ImapAccount } from '../account/imap-account';
import { checkValidity } from '../imap/actions';
import { fetchOriginal } from '../imap/original';
import { compose, type ComposedFields, type Content, type OwnWords } from '../compose/compose';
import { contentOf, type Needs } from '../compose/content';
import type { LoopGuard, RefusalReason } from '../compose/loop-guard';
import { readOriginal, type Original } from '../compose/original';
import { addressesOf, MAX_ANSWERED, onlyTo, recipientsOf, type Recipients } from '../compose/recipients';
import { fillTemplate, type TemplateUse } from '../compose/template';
import { MailError, MailErrorCode } from '../message/mail-error';
import type { MailAttachment } from '../message/types';
import { headerText, kindOf } from '../smtp/header-fields';
import { readMailboxes } from '../smtp/mailboxes';
import { refusal } from '../smtp/refusal';
import { findImapAccount } from './account-lookup';
import { isReply, writesItself, type ComposeSettings } from './compose-settings';
import { readMailRef } from './mail-ref';
import { ownAddresses, type OwnAddresses } from './own-addresses';
import { evaluateTyped, type TypedProperty } from './typed-value';

/** A mail that the loop guard keeps back. Not a failure: the flow goes on at the second output. */
export class Refused extends MailError {
    readonly reason: RefusalReason | 'nobody';

    constructor(reason: Refused['reason'], text: string) {
        super({
            code: MailErrorCode.LoopGuard,
            kind: 'permanent',
            step: 'compose',
            problem: text
        });
        this.reason = reason;
    }
}

/** What the composer needs of its node. */
export interface ComposerPorts {
    guard(): Promise<LoopGuard>;
    /** The account is used by this node until it closes. */
    use(account: ImapAccount): void;
}

/** Composes mails for one node: evaluates its fields, asks the loop guard, fetches what is missing. */
export class Composer {
    readonly #RED: NodeAPI;
    readonly #node: Node;
    readonly #ports: ComposerPorts;

    constructor(RED: NodeAPI, node: Node, ports: ComposerPorts) {
        this.#RED = RED;
        this.#node = node;
        this.#ports = ports;
    }

    /**
     * The fields that smtp-out reads, or undefined where one is to be taken away.
     *
     * @throws Refused when the loop guard keeps the mail back; MailError for everything that fails.
     */
    async compose(msg: NodeMessage, settings: ComposeSettings): Promise<ComposedFields> {
        const { action } = settings;
        const original = readOriginal(msg);
        if (!original && action !== 'new') {
            throw new MailError({
                code: MailErrorCode.NoMailReference,
                kind: 'permanent',
                step: 'compose',
                problem: 'the message has no msg.mail, so there is nothing to answer or to pass on',
                remedy: 'Use it behind imap-in, and keep msg.mail in functions on the way.'
            });
        }
        const accountId = original
            ? String((msg as { mail?: { ref?: { account?: unknown } } }).mail?.ref?.account)
            : '';
        const own = ownAddresses(this.#RED, accountId);
        const words = await this.#words(msg, settings);
        const recipients = await this.#recipients(msg, settings, original, own);
        const guard = await this.#ports.guard();
        const verdict = await guard.judge({
            node: this.#node.id,
            action,
            original,
            targets: addressesOf(recipients),
            owns: own.isMailbox,
            limits: settings.limits
        });
        if (!verdict.admitted) {
            throw new Refused(verdict.reason, `the mail is kept back: ${verdict.text}`);
        }
        const { targets } = verdict;
        try {
            const content = await this.#content(msg, original, settings);
            const reached = onlyTo(
                recipients,
                targets.map(({ address }) => address)
            );
            return compose({ action, original, recipients: reached, words, content, targets }, guard.key);
        } catch (error) {
            guard.giveBack(targets);
            throw error;
        }
    }

    async #words(msg: NodeMessage, settings: ComposeSettings): Promise<OwnWords> {
        const { action, subject, text, html } = settings;
        const words = {
            subject: subject ? await this.#line(subject, msg) : '',
            text: text ? await this.#body(text, msg, 'text') : '',
            html: html ? await this.#body(html, msg, 'html') : ''
        };
        if (writesItself(action) && words.text.trim() === '' && words.html.trim() === '') {
            throw refusal(
                MailErrorCode.HeaderInvalid,
                `${[text, html].flatMap(property => property?.field ?? []).join(' and ')} gives no text`,
                'Nothing is sent without a word.',
                'compose'
            );
        }
        return words;
    }

    async #recipients(
        msg: NodeMessage,
        settings: ComposeSettings,
        original: Original | null,
        own: OwnAddresses
    ): Promise<Recipients> {
        const read = async (property: TypedProperty | null): Promise<ReturnType<typeof readMailboxes>> =>
            property ? readMailboxes(property.field, await this.#value(property, msg, 'address')) : [];
        const { action, to, cc, bcc } = settings;
        const named = { to: to && (await read(to)), cc: await read(cc), bcc: await read(bcc) };
        if (to && named.to?.length === 0) {
            throw refusal(
                MailErrorCode.RecipientMissing,
                `${to.field} names nobody${to.type === 'str' ? '' : ` (${to.type} "${to.text}" is empty)`}`,
                'Set it, or enter an address in the node.',
                'compose'
            );
        }
        const recipients = recipientsOf(action, named, original, own.isOurs);
        const count = addressesOf(recipients).length;
        if (count === 0) {
            throw new Refused('nobody', 'the mail names nobody to answer beside this mailbox itself');
        }
        if (isReply(action) && count > MAX_ANSWERED) {
            throw new Refused('nobody', `the mail asks for an answer to more than ${MAX_ANSWERED} addresses`);
        }
        return recipients;
    }

    async #content(msg: NodeMessage, original: Original | null, settings: ComposeSettings): Promise<Content> {
        const { action, quote, attachments } = settings;
        if (!original || action === 'new') {
            const given = attachments ? (msg as { attachments?: unknown }).attachments : [];
            return { bytes: null, quoted: null, attachments: listOf(given), problem: '' };
        }
        const needs: Needs = {
            bytes: action === 'forward' || action === 'redirect',
            quoted: action === 'forward-inline' || (isReply(action) && quote),
            attachments: action === 'forward-inline' || (isReply(action) && attachments)
        };
        if (!needs.bytes && !needs.quoted && !needs.attachments) {
            return { bytes: null, quoted: null, attachments: [], problem: '' };
        }
        return contentOf(original.bytes ?? (await this.#fetch(msg)), needs);
    }

    async #fetch(msg: NodeMessage): Promise<Buffer> {
        const ref = readMailRef(msg);
        const account = findImapAccount(this.#RED, ref.account);
        this.#ports.use(account);
        return account.act('read', ref.folder, async folder => {
            checkValidity(folder, ref);
            return fetchOriginal(folder, ref.uid);
        });
    }

    async #line(property: TypedProperty, msg: NodeMessage): Promise<string> {
        const value = await this.#value(property, msg, 'line');
        return value === undefined || value === null ? '' : headerText(property.field, value).trim();
    }

    async #body(property: TypedProperty, msg: NodeMessage, use: TemplateUse): Promise<string> {
        const value = await this.#value(property, msg, use);
        if (value === undefined || value === null) {
            return '';
        }
        if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
            throw refusal(
                MailErrorCode.HeaderInvalid,
                `${property.field} must be text, not ${kindOf(value)}`,
                '',
                'compose'
            );
        }
        return String(value);
    }

    async #value(property: TypedProperty, msg: NodeMessage, use: TemplateUse): Promise<unknown> {
        if (property.type === 'str') {
            return fillTemplate(property.text, msg, use, property.field);
        }
        return (await evaluateTyped(this.#RED, this.#node, property, msg)).value;
    }
}

function listOf(value: unknown): MailAttachment[] {
    // checked by smtp-out, entry by entry
    return Array.isArray(value) ? (value as MailAttachment[]) : [];
}
