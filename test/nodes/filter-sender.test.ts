import assert from 'node:assert/strict';
import type { EventEmitter } from 'node:events';
import type { Node, NodeMessage } from 'node-red';
import helper = require('node-red-node-test-helper');
import filterSender = require('../../nodes/filter-sender');
import { MailError } from '../../src/message/mail-error';
import { SenderProblem } from '../../src/sender/problems';

helper.init(require.resolve(process.env.NODE_RED ?? 'node-red'));

type Message = NodeMessage & { mail?: unknown };
type Outcome = { output: 'match' | 'other'; msg: Message } | { output: 'error'; error: Error };

let settle: (outcome: Outcome) => void;

async function deploy(properties: Record<string, unknown>): Promise<Node> {
    const flow = [
        { id: 'flow', type: 'tab' },
        { id: 'filter', z: 'flow', type: 'filter-sender', wires: [['match'], ['other']], ...properties },
        { id: 'match', z: 'flow', type: 'helper' },
        { id: 'other', z: 'flow', type: 'helper' }
    ];
    await helper.load(filterSender, flow);
    const filter = helper.getNode('filter');
    for (const output of ['match', 'other'] as const) {
        helper.getNode(output).on('input', (msg: Message) => settle({ output, msg }));
    }
    // the helper reports every call of node.error; one without a message is the report at deploy
    (filter as EventEmitter).on('call:error', ({ args: [error, msg] }: { args: [Error, Message?] }) => {
        if (msg) {
            settle({ output: 'error', error });
        }
    });
    return filter;
}

/** Sends one message in and resolves with what came of it: a message at an output, or a failure. */
function outcomeOf(msg: Message): Promise<Outcome> {
    return new Promise(resolve => {
        settle = resolve;
        helper.getNode('filter').receive(msg);
    });
}

async function outputFor(mail: unknown): Promise<string> {
    return (await outcomeOf({ mail } as Message)).output;
}

function from(address: string): unknown {
    return { from: { name: '', address } };
}

function statusTexts(node: Node): unknown[] {
    return (node.status as unknown as { args: Array<[{ text?: string }]> }).args.map(([status]) => status.text);
}

describe('the node filter-sender', () => {
    before(() => helper.startServer());
    afterEach(() => helper.unload());
    after(() => helper.stopServer());

    it('sends mail of a configured sender to the first output and other mail to the second', async () => {
        await deploy({ senders: ['*@example.com', '*@*.example.org'] });
        assert.equal(await outputFor(from('x@EXAMPLE.com')), 'match');
        assert.equal(await outputFor(from('x@a.example.org')), 'match');
        assert.equal(await outputFor(from('x@example.org')), 'other');
    });

    it('passes on the same message, unchanged when it does not look at authentication', async () => {
        await deploy({ senders: ['*@example.com'], authentication: 'off' });
        const msg = {
            _msgid: 'id',
            payload: 'text',
            mail: { ...Object(from('x@Example.com')), subject: 's' }
        } as Message;
        const before = structuredClone(msg);
        const outcome = await outcomeOf(msg);
        assert.ok(outcome.output === 'match');
        assert.equal(outcome.msg, msg);
        assert.deepEqual(msg, before);
    });

    it('turns match and other around in mode deny', async () => {
        await deploy({ senders: ['*@example.com'], mode: 'deny' });
        assert.equal(await outputFor(from('x@example.com')), 'other');
        assert.equal(await outputFor(from('x@bad.com')), 'match');
    });

    for (const mode of ['allow', 'deny']) {
        it(`sends a malformed sender to the second output in mode ${mode}, and flags it`, async () => {
            await deploy({ senders: ['*@example.com'], mode });
            for (const address of ['a@bad.com, x@example.com', 'x@example.com@bad.com', 'N <x@example.com>', '']) {
                const mail = from(address) as { fromProblem?: string };
                assert.equal(await outputFor(mail), 'other', address);
                assert.ok(mail.fromProblem, address);
            }
            const missing = { from: null, fromProblem: SenderProblem.FieldRepeated };
            assert.equal(await outputFor(missing), 'other');
            assert.equal(missing.fromProblem, SenderProblem.FieldRepeated);
        });
    }

    it('looks at the field that was chosen', async () => {
        const wrong = { name: '', address: 'x@bad.com' };
        const right = { name: '', address: 'x@example.com' };
        const mail = { from: wrong, sender: wrong, replyTo: [wrong], returnPath: 'x@bad.com' };
        const fields = {
            sender: { sender: right },
            'reply-to': { replyTo: [right] },
            'return-path': { returnPath: 'x@example.com' }
        };
        for (const [field, change] of Object.entries(fields)) {
            await deploy({ senders: ['*@example.com'], field });
            assert.equal(await outputFor({ ...mail, ...change }), 'match', field);
            assert.equal(await outputFor(mail), 'other', field);
            await helper.unload();
        }
    });

    it('flags an unusable field under its own name', async () => {
        await deploy({ senders: ['*@example.com'], field: 'reply-to', mode: 'deny', authentication: 'off' });
        const right = { name: '', address: 'x@example.com' };
        const mail = { from: right, replyTo: [right, right] };
        assert.equal(await outputFor(mail), 'other');
        assert.deepEqual(mail, { from: right, replyTo: [right, right], replyToProblem: SenderProblem.List });
    });

    it('fails a message without msg.mail and says what is missing', async () => {
        await deploy({ senders: ['*@example.com'] });
        const outcome = await outcomeOf({ payload: 'x@example.com' } as Message);
        assert.ok(outcome.output === 'error' && outcome.error instanceof MailError);
        assert.match(outcome.error.message, /no msg\.mail/);
    });

    describe('with authentication', () => {
        const senders = ['*@example.com'];
        const authservIds = ['mx.example'];
        const mail = (results: string, address = 'x@example.com'): unknown => ({
            ...Object(from(address)),
            trace: [{ results: `mx.example; ${results}` }, { by: 'mx.example' }]
        });
        const resultFor = async (subject: unknown): Promise<string[]> => {
            const outcome = await outcomeOf({ mail: subject } as Message);
            const { authentication } = subject as { authentication?: { result: string } };
            return [outcome.output, authentication?.result ?? 'none at all'];
        };
        const [pass, fail] = ['dmarc=pass header.from=example.com', 'dmarc=fail header.from=example.com'];

        it('requires a pass once a server is named', async () => {
            await deploy({ senders, authservIds });
            assert.deepEqual(await resultFor(mail(pass)), ['match', 'pass']);
            assert.deepEqual(await resultFor(mail(fail)), ['other', 'fail']);
            assert.deepEqual(await resultFor(mail('dmarc=pass header.from=bad.com')), ['other', 'fail']);
            assert.deepEqual(await resultFor(mail('none')), ['other', 'none']);
            assert.deepEqual(await resultFor(from('x@example.com')), ['other', 'unknown']);
            assert.deepEqual(await resultFor(mail(pass, 'x@bad.com')), ['other', 'fail']);
        });

        it('refuses only what failed, and notes the rest, when a pass is preferred', async () => {
            await deploy({ senders, authservIds, authentication: 'prefer' });
            assert.deepEqual(await resultFor(mail(pass)), ['match', 'pass']);
            assert.deepEqual(await resultFor(mail('none')), ['match', 'none']);
            assert.deepEqual(await resultFor(mail('dmarc=temperror')), ['match', 'temperror']);
            assert.deepEqual(await resultFor(from('x@example.com')), ['match', 'unknown']);
            assert.deepEqual(await resultFor(mail(fail)), ['other', 'fail']);
        });

        it('never calls a sender proven while no server is named', async () => {
            await deploy({ senders });
            assert.deepEqual(await resultFor(mail(pass)), ['match', 'unknown']);
        });

        it('lets everything through when it is off', async () => {
            await deploy({ senders, authservIds, authentication: 'off' });
            assert.deepEqual(await resultFor(mail(fail)), ['match', 'none at all']);
        });

        it('holds for strangers too in mode deny', async () => {
            await deploy({ senders, authservIds, mode: 'deny' });
            assert.deepEqual(await resultFor(mail('dmarc=pass header.from=other.org', 'x@other.org')), [
                'match',
                'pass'
            ]);
            assert.deepEqual(await resultFor(mail(fail, 'x@other.org')), ['other', 'fail']);
        });

        it('fails a mail that the server could not judge, so that it is tried again, but not that of strangers', async () => {
            await deploy({ senders, authservIds });
            const outcome = await outcomeOf({ mail: mail('dmarc=temperror') } as Message);
            assert.ok(outcome.output === 'error' && outcome.error instanceof MailError);
            assert.equal(outcome.error.kind, 'temporary');
            assert.deepEqual(await resultFor(mail('dmarc=temperror', 'x@bad.com')), ['other', 'temperror']);
        });
    });

    it('shows no status while it is configured well', async () => {
        assert.deepEqual(statusTexts(await deploy({ senders: ['*@example.com'] })), []);
    });

    const misconfigured = [
        ['an empty list', { senders: [] }, 'not-configured', /no sender is set/],
        ['no list', {}, 'not-configured', /no sender is set/],
        ['an invalid pattern', { senders: ['*@example.com', '*@*.de'] }, 'invalid-pattern', /"\*@\*\.de" is not valid/],
        [
            'a required pass that no server can give',
            { senders: ['*@example.com'], authentication: 'require' },
            'not-configured',
            /no server is named/
        ],
        [
            'an id that is none',
            { senders: ['*@example.com'], authservIds: ['mx; x'] },
            'invalid-settings',
            /no authserv-id/
        ],
        ['an unknown field', { senders: ['*@example.com'], field: 'to' }, 'invalid-settings', /"field" must be one of/],
        ['a variable that is not set', { senders: ['${MAILFLOW_UNSET}'] }, 'invalid-settings', /MAILFLOW_UNSET/]
    ] as const;
    for (const [what, properties, key, reason] of misconfigured) {
        it(`turns red with ${what}, says so once and fails every message`, async () => {
            const node = await deploy({ ...properties });
            assert.deepEqual(statusTexts(node), [`filter-sender.status.${key}`]);
            const errors = (node.error as unknown as { args: unknown[][] }).args;
            assert.equal(errors.length, 1);
            assert.match(String(errors[0]?.[0]), reason);
            assert.equal(errors[0]?.[1], undefined);
            for (const mail of [from('x@example.com'), from('x@bad.com'), undefined]) {
                const outcome = await outcomeOf({ mail } as Message);
                assert.ok(outcome.output === 'error');
                assert.match(outcome.error.message, reason);
            }
        });
    }
});
