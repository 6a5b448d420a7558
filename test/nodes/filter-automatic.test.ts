import assert from 'node:assert/strict';
import filterAutomatic = require('../../nodes/filter-automatic');
import { readMail } from '../../src/message/read-mail';
import type { MailMessage } from '../../src/message/types';
import { automaticMails } from '../support/automatic-mails';
import { cloneMessage } from '../support/clone-message';
import { useNodeRed } from '../support/helper';
import { mailMeta } from '../support/raw-mail';

type Output = 'human' | 'automatic';

async function messageOf(name: string): Promise<MailMessage> {
    const mail = automaticMails().find(candidate => candidate.name === name);
    assert.ok(mail, name);
    const options = { content: 'text', attachments: 'none', attachmentsDir: '', oversize: false } as const;
    return cloneMessage(await readMail(mail.raw, mailMeta(), options));
}

describe('the node filter-automatic', () => {
    const red = useNodeRed();

    async function deploy(properties: Record<string, unknown> = {}): Promise<void> {
        await red.loadFlow(filterAutomatic, [
            { id: 'flow', type: 'tab' },
            { id: 'filter', z: 'flow', type: 'filter-automatic', wires: [['human'], ['automatic']], ...properties },
            { id: 'human', z: 'flow', type: 'recorder' },
            { id: 'automatic', z: 'flow', type: 'recorder' }
        ]);
    }

    /** Sends the messages in one after the other and resolves with how many reached each output. */
    async function outputsFor(...names: string[]): Promise<Record<Output, string[]>> {
        for (const name of names) {
            red.node('filter').receive({ ...(await messageOf(name)), name } as never);
        }
        const namesAt = (output: Output): string[] => red.recorded(output).map(({ msg }) => String(msg['name']));
        for (let left = 200; namesAt('human').length + namesAt('automatic').length < names.length && left > 0; left--) {
            await new Promise(resolve => setImmediate(resolve));
        }
        return { human: namesAt('human'), automatic: namesAt('automatic') };
    }

    const SORTS = [
        'an ordinary answer',
        'Gmail vacation',
        'Zendesk, an answer that staff wrote',
        'newsletter',
        'qmail'
    ];

    it('sends people and notices to the first output, machines and newsletters to the second', async () => {
        await deploy();
        assert.deepEqual(await outputsFor(...SORTS), {
            human: ['an ordinary answer', 'Zendesk, an answer that staff wrote'],
            automatic: ['Gmail vacation', 'newsletter', 'qmail']
        });
    });

    it('sends notices and newsletters where it is told to', async () => {
        await deploy({ notices: 'automatic', bulk: 'human' });
        assert.deepEqual(await outputsFor(...SORTS), {
            human: ['an ordinary answer', 'newsletter'],
            automatic: ['Gmail vacation', 'Zendesk, an answer that staff wrote', 'qmail']
        });
    });

    it('adds the verdict and changes nothing else', async () => {
        await deploy();
        const message = await messageOf('Postfix, user unknown');
        const before = cloneMessage(message);
        red.node('filter').receive(message as never);
        const received = await red.waitForMessage<{ mail: Record<string, unknown> }>('automatic');
        const { automatic, ...mail } = received.mail;
        const { kind, reasons, bounce } = automatic as { kind: string; reasons: unknown[]; bounce: object };
        assert.equal(kind, 'bounce');
        assert.ok(reasons.length > 0);
        assert.match(JSON.stringify(bounce), /karin@customer\.example.*5\.1\.1.*campaign-17@example\.org/);
        assert.deepEqual(JSON.parse(JSON.stringify(automatic)), automatic);
        const mailBefore: Partial<MailMessage['mail']> = { ...before.mail };
        delete mailBefore.automatic;
        assert.deepEqual(mail, mailBefore);
        assert.deepEqual({ ...received, mail: 0, _msgid: 0 }, { ...before, mail: 0, _msgid: 0 });
    });

    it('fails a message without a header or without msg.mail, and says what is missing', async () => {
        await deploy();
        red.node('filter').receive({ payload: 'x', mail: {} } as never);
        await red.waitForError('filter', /no msg\.header/);
        red.node('filter').receive({ payload: 'x', header: {} } as never);
        await red.waitForError('filter', /no msg\.mail/);
        assert.equal(red.recorded('human').length + red.recorded('automatic').length, 0);
    });

    it('takes whatever a flow puts into a message', async () => {
        await deploy();
        const header = { subject: { toString: null }, from: [[], 5], 'return-path': ['<>'] };
        red.node('filter').receive({ payload: 5, header, attachments: 'x', mail: { report: 5 } } as never);
        await red.waitForMessage('automatic');
    });

    it('turns red with a setting that it does not know, says so once and fails every message', async () => {
        await deploy({ bulk: 'nowhere' });
        assert.deepEqual(
            red.statuses('filter').map(status => (status as { text: string }).text),
            ['filter-automatic.status.invalid-settings']
        );
        assert.match(String(red.errors('filter')[0]?.[0]), /"bulk" must be one of/);
        red.node('filter').receive((await messageOf('newsletter')) as never);
        for (let left = 200; red.errors('filter').length < 2 && left > 0; left--) {
            await new Promise(resolve => setImmediate(resolve));
        }
        assert.equal(red.errors('filter').length, 2);
        assert.equal(red.recorded('human').length + red.recorded('automatic').length, 0);
    });
});
