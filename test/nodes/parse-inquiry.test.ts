import assert from 'node:assert/strict';
import type { NodeMessage } from 'node-red';
import parseInquiry = require('../../nodes/parse-inquiry');
import type { Inquiry, NotRecognised } from '../../src/inquiry/types';
import { useNodeRed } from '../support/helper';
import { OWN_PROFILE } from '../support/own-profile';

const RELAY = 'buyer-1@channel.machineseeker.com';
const FORM = `Name: Anna\nE-Mail: ${RELAY}\nNachricht an Sie: Ist sie noch da?\n`;

type Answer = { recognised?: boolean; inquiries?: Inquiry[]; problem?: NotRecognised; error?: string };

/** What arrives at the second output for an incomplete inquiry. */
interface Other {
    payload: string;
    html?: string;
    attachments?: unknown;
    inquiry: NotRecognised;
    parts: { index: number; count: number };
    mail: { delivery: object };
}

/** The part of supertest that is used here. */
interface Request {
    post(path: string): { send(body: object): Promise<{ status: number; body: Answer }> };
}

function mail(address: string, more: object = {}): object {
    return { from: { name: '', address }, subject: 'x', messageId: '<m@example.com>', delivery: { id: 'd1' }, ...more };
}

describe('the node parse-inquiry', () => {
    const red = useNodeRed();

    async function deploy(properties: object = {}): Promise<void> {
        await red.loadFlow(parseInquiry, [
            { id: 'flow', type: 'tab' },
            { id: 'parse', z: 'flow', type: 'parse-inquiry', wires: [['inquiry'], ['other']], ...properties },
            { id: 'inquiry', z: 'flow', type: 'recorder' },
            { id: 'other', z: 'flow', type: 'recorder' }
        ]);
    }

    function receive(msg: object): void {
        red.node('parse').receive(msg as NodeMessage);
    }

    it('makes data of an inquiry and keeps the mail beside it', async () => {
        await deploy();
        receive({ payload: FORM, mail: mail(RELAY), topic: 'x' });
        const msg = await red.waitForMessage<{ mail: { delivery: object }; topic: string }>('inquiry');
        assert.equal((msg.payload as Inquiry).contact.name, 'Anna');
        assert.deepEqual([msg.mail.delivery, msg.topic], [{ id: 'd1' }, 'x']);
        assert.equal(red.recorded('other').length, 0);
    });

    it('sends each inquiry of a digest in a sequence, or all in a list', async () => {
        const digest = {
            payload: FORM + FORM.replace('Anna', 'Ben'),
            mail: mail('info@mail.machineseeker.com', { subject: 'Kategorie-Anfragen (2 Nachrichten)' })
        };
        await deploy();
        receive(digest);
        const last = await red.waitForMessage<{ parts: object; mail: { delivery: object } }>('inquiry', { count: 2 });
        assert.equal((last.payload as Inquiry).contact.name, 'Ben');
        assert.match(JSON.stringify(last.parts), /"index":1,"count":2/);
        assert.deepEqual(last.mail.delivery, { id: 'd1' });
        await red.unload();
        await deploy({ output: 'list' });
        receive(structuredClone({ ...digest, payload: FORM + FORM }));
        const list = await red.waitForMessage('inquiry');
        assert.equal((list.payload as Inquiry[]).length, 2);
    });

    it('passes other mail on as it was, with the reason', async () => {
        await deploy();
        receive({ payload: 'Weekly figures', html: '<p>', mail: mail(RELAY) });
        const msg = await red.waitForMessage<{ inquiry: NotRecognised; html: string }>('other');
        assert.deepEqual([msg.payload, msg.html, msg.inquiry.reason], ['Weekly figures', '<p>', 'no-format']);
        assert.deepEqual([red.statuses('parse'), red.warnings('parse')], [[], []]);
    });

    for (const output of ['each', 'list'] as const) {
        it(`sends what is incomplete in a digest to the second output, one by one, with the output "${output}"`, async () => {
            await deploy({ output });
            const forms = ['Anna', 'Ben', 'Cora', 'Dora'].map(name => FORM.replace('Anna', name).replace('noch', name));
            const lacking = forms.map((form, index) => (index % 2 === 0 ? form : form.replace(/Nachricht.*\n/, '')));
            receive({
                payload: lacking.join(''),
                html: '<p>',
                attachments: [{ content: Buffer.alloc(9) }],
                mail: mail('info@mail.machineseeker.com', { subject: 'Kategorie-Anfragen (4 Nachrichten)' })
            });
            await red.waitForMessage('other', { count: 2 });
            const others = red.recorded('other').map(({ msg }) => msg as unknown as Other);
            assert.deepEqual(
                others.map(({ inquiry, parts }) => [inquiry.partial?.contact.name, inquiry.missing, parts.index]),
                [
                    ['Ben', ['inquiry.text'], 0],
                    ['Dora', ['inquiry.text'], 1]
                ]
            );
            for (const { parts, mail, payload, ...rest } of others) {
                assert.deepEqual([parts.count, mail.delivery, payload], [2, { id: 'd1' }, lacking.join('')]);
                assert.deepEqual([rest.html, rest.attachments], [undefined, undefined]);
            }
            const sent = red
                .recorded('inquiry')
                .map(({ msg }) => msg as unknown as { parts?: object; payload: Inquiry });
            const complete = sent.flatMap(({ payload }) => payload);
            assert.deepEqual(
                complete.map(({ contact, source }) => [contact.name, source.index, source.count]),
                [
                    ['Anna', 0, 4],
                    ['Cora', 2, 4]
                ]
            );
            const counts = sent.map(({ parts }) => parts && /"index":\d,"count":\d/.exec(JSON.stringify(parts))?.[0]);
            assert.deepEqual(counts, output === 'each' ? ['"index":0,"count":2', '"index":1,"count":2'] : [undefined]);
            assert.deepEqual([red.warnings('parse'), red.statuses('parse')], [[], []]);
        });
    }

    it('warns once when a form has changed, without a word of the mail, until it is read again', async () => {
        await deploy();
        const changed = { payload: FORM.replace('Nachricht an Sie', 'Mitteilung'), mail: mail(RELAY) };
        receive(structuredClone(changed));
        receive(structuredClone(changed));
        await red.waitForMessage('other', { count: 2 });
        await red.waitForStatus('parse', /template-changed/);
        assert.equal(red.warnings('parse').length, 1);
        const text = String(red.warnings('parse')[0]?.[0]);
        assert.match(text, /machineseeker@1; missing inquiry\.text; <m@example\.com>/);
        assert.doesNotMatch(text, /Anna|buyer-1|noch da/);
        receive({ payload: FORM, mail: mail(RELAY) });
        await red.waitForMessage('inquiry');
        assert.equal(JSON.stringify(red.statuses('parse')).includes('Anna'), false);
    });

    it('reads by a profile of the user', async () => {
        await deploy({ profiles: ['adf', OWN_PROFILE] });
        receive({ payload: 'Wer: Ben\nWas: Hallo\n', mail: mail('a@example.com') });
        const { payload } = await red.waitForMessage('inquiry');
        assert.equal((payload as Inquiry).source.profile, 'own@1');
    });

    it('fails every message when a profile is wrong, and says what', async () => {
        await deploy({ profiles: [{ ...OWN_PROFILE, format: 'csv' }] });
        await red.waitForStatus('parse', /invalid-settings/);
        receive({ payload: FORM, mail: mail(RELAY) });
        await red.waitForError('parse', /profile "own" is not valid: format must be one of/);
        assert.deepEqual([red.recorded('inquiry'), red.recorded('other')], [[], []]);
    });

    it('fails a message without msg.mail', async () => {
        await deploy();
        receive({ payload: FORM });
        await red.waitForError('parse', /no msg\.mail/);
    });

    describe('shows in the editor what a profile makes of a mail', () => {
        const source = 'From: Ben <ben@example.com>\nSubject: x\n\nWer: Ben\nWas: Hallo\n';

        async function preview(body: object): Promise<{ status: number; body: Answer }> {
            await deploy();
            return (red.request() as Request).post('/mailflow/inquiry-preview').send(body);
        }

        it('from a pasted source', async () => {
            const { status, body } = await preview({ profile: OWN_PROFILE, source: `\n\n${source}` });
            assert.equal(status, 200);
            assert.equal(body.inquiries?.[0]?.contact.name, 'Ben');
            await red.unload();
            const other = await preview({ profile: OWN_PROFILE, source: source.replace('example.com', 'example.net') });
            assert.equal(other.body.problem?.reason, 'no-profile');
        });

        it('or what is wrong', async () => {
            const wrong: ReadonlyArray<[object, RegExp]> = [
                [{ profile: { ...OWN_PROFILE, labels: { Wer: 'name' } }, source }, /labels\["Wer"\] must be one of/],
                [{ profile: OWN_PROFILE }, /no account is chosen/],
                [{ profile: OWN_PROFILE, account: 'parse' }, /no account is chosen/],
                [{ profile: OWN_PROFILE, source: 'x'.repeat(2 * 1024 * 1024 + 1) }, /more than 2 MB/],
                [{}, /must be an object/]
            ];
            for (const [body, error] of wrong) {
                const answer = await preview(body);
                assert.equal(answer.status, 400);
                assert.match(answer.body.error ?? '', error);
                await red.unload();
            }
        });
    });
});
