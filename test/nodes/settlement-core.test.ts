import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { findFreePort } from '../support/free-port';
import {
    assertDone,
    assertFailed,
    delay,
    end,
    func,
    IMPATIENT_MS,
    settlementSuite,
    sort,
    source,
    split
} from '../support/settlement-suite';
import type { FlowNode } from '../support/settlement-flow';

const SHORT = 150;
/** Shows on a second output that it came as far as to fail. */
const LATE_ERROR = "if (msg.payload === '0') { node.send([null, msg]); throw new Error('late'); } return [msg, null];";

function rate(...wires: string[]): FlowNode {
    const limit = { pauseType: 'rate', rate: '1', rateUnits: 'minute', nbRateUnits: '1', drop: false };
    return { ...delay('n', 1, ...wires), ...limit };
}

function join(settings: object): FlowNode {
    return { id: 'join', type: 'join', build: 'array', timeout: '', count: '', ...settings, wires: [['end']] };
}

function exec(command: string): FlowNode {
    const rest = { addpay: '', append: '', useSpawn: 'false', timer: '', oldrc: false };
    return { id: 'n', type: 'exec', command, ...rest, wires: [['end'], [], []] };
}

const PARSERS: Array<[string, FlowNode, string]> = [
    ['csv', { id: 'n', type: 'csv', sep: ',', multi: 'one', temp: 'a,b', hdrin: false }, '1,2'],
    ['html', { id: 'n', type: 'html', tag: 'p', ret: 'text', as: 'multi' }, '<p>1</p>'],
    ['xml', { id: 'n', type: 'xml', property: 'payload' }, '<a>1</a>'],
    ['yaml', { id: 'n', type: 'yaml', property: 'payload' }, 'a: 1']
];

settlementSuite('settlement through core nodes that keep or lose messages', load => {
    for (const [name, parser, payload] of PARSERS) {
        it(`follows a mail through ${name}`, async () => {
            const test = await load([
                source('set'),
                func('set', `msg.payload = ${JSON.stringify(payload)}; return msg;`, 'n'),
                { ...parser, wires: [['slow']] },
                delay('slow', 40, 'end'),
                end()
            ]);
            assertDone(await test.emit());
            assert.equal(test.received('end').length, 1);
        });
    }

    describe('a delay', () => {
        it('that is reset has finished with the mail, although nothing goes on', async () => {
            const test = await load([source('n'), delay('n', 60_000, 'end'), end()]);
            const outcome = test.emit();
            await test.handled('n');
            test.node('n').receive({ reset: true } as never);
            assertDone(await outcome);
            assert.equal(test.received('end').length, 0);
        });

        it('that is flushed sends the mail on, and what follows is awaited', async () => {
            const test = await load([
                source('n'),
                delay('n', 60_000, 'bad'),
                func('bad', "throw new Error('after the flush')")
            ]);
            const outcome = test.emit();
            await test.handled('n');
            test.node('n').receive({ flush: true } as never);
            assertFailed(await outcome, /after the flush/);
        });
    });

    describe('a rate limitation', () => {
        it('that is reset drops its queue without a word, and the time limit decides', async () => {
            const test = await load([source('n'), rate('end'), end()]);
            const [first, second] = [test.emit(), test.emit('source', SHORT)];
            assertDone(await first);
            test.node('n').receive({ reset: true, payload: 'stop' } as never);
            assertFailed(await second, /did not finish/);
        });

        it('whose queue overflows loses mails, and settles none of them', async () => {
            const test = await load([source('n'), rate('end'), end()], {}, { nodeMessageBufferMaxLength: 2 });
            const outcomes = [test.emit(), ...[1, 2, 3].map(() => test.emit('source', SHORT))];
            const kinds = (await Promise.all(outcomes)).map(({ kind }) => kind);
            assert.deepEqual(kinds, ['done', 'failed', 'failed', 'failed']);
            assert.equal(test.received('end').length, 1);
        });
    });

    it('a trigger has finished before its later message, which settles nothing any more', async () => {
        const trigger = { op1: '1', op1type: 'str', op2: '0', op2type: 'str', duration: '1', units: 's' };
        const test = await load([
            source('n'),
            { id: 'n', type: 'trigger', ...trigger, wires: [['check']] },
            { ...func('check', LATE_ERROR), outputs: 2, wires: [['end'], ['late']] },
            end(),
            end('late')
        ]);
        assertDone(await test.emit());
        await test.handled('late');
        assertDone(await test.emit());
    });

    it('a function that sends from a timer has finished before', async () => {
        const test = await load([
            source('n'),
            func('n', 'setTimeout(() => node.send(msg), 500);', 'bad'),
            func('bad', "throw new Error('late')")
        ]);
        assertDone(await test.emit());
        await test.handled('bad');
    });

    describe('split', () => {
        it('that keeps the last part for more to come is taken at its word, which comes before that part', async () => {
            const test = await load([
                source('lines'),
                func('lines', "msg.payload = 'a\\nb\\nrest'; return msg;", 'split'),
                { ...split('end'), stream: true },
                end()
            ]);
            assertDone(await test.emit());
            assert.deepEqual(
                test.received('end').map(msg => msg.payload),
                ['a', 'b']
            );
        });

        it('keeps the parts of several mails apart', async () => {
            const flow = [
                source('lines'),
                func('lines', 'msg.payload = [1, 2, 3]; return msg;', 'split'),
                split('slow'),
                delay('slow', 20, 'third'),
                func(
                    'third',
                    "if (msg.mail.ref.uid === 2 && msg.payload === 3) { throw 'third'; } return msg;",
                    'join'
                ),
                join({ mode: 'auto' }),
                end()
            ];
            const test = await load(flow, {}, {}, IMPATIENT_MS);
            const [first, second, third] = await Promise.all([test.emit(), test.emit(), test.emit()]);
            assert.deepEqual([first?.kind, second?.kind, third?.kind], ['done', 'failed', 'done']);
            assert.equal(test.received('end').length, 2);
        });
    });

    describe('join', () => {
        it('without a number waits until the flows stop', async () => {
            const test = await load([source('join'), join({ mode: 'custom' }), end()]);
            const outcome = test.emit();
            await test.handled('join');
            await test.stopFlows();
            assert.equal((await outcome).kind, 'given-back');
        });

        it('that is reset without a group forgets what it has, and the time limit decides', async () => {
            const test = await load([
                source('lines'),
                func('lines', 'msg.parts = { id: 1, index: 0, count: 2, type: "array" }; return msg;', 'join'),
                join({ mode: 'auto' }),
                end()
            ]);
            const outcome = test.emit('source', SHORT);
            await test.handled('join');
            test.node('join').receive({ reset: true } as never);
            assertFailed(await outcome, /did not finish/);
        });
    });

    describe('a queue that overflows', () => {
        const limit = { nodeMessageBufferMaxLength: 2 };

        it('as batch fails the mails that it drops, although it completes all but one of them', async () => {
            const batch = { mode: 'count', count: 9, overlap: 0, interval: 1, topics: [] };
            const test = await load([source('n'), { id: 'n', type: 'batch', ...batch }], {}, limit);
            assert.deepEqual(await test.emitMany(3), Array(3).fill('failed'));
        });

        it('as sort fails the mail whose parts it drops, and not the one that filled it', async () => {
            const parts = "msg.payload = ['b', 'a']; msg.parts = undefined; return msg;";
            const test = await load(
                [
                    source('parts'),
                    func('parts', parts, 'split'),
                    split('hold'),
                    // the last part of each mail is kept back, so that the sequences stay open
                    func(
                        'hold',
                        'if (msg.parts.index === 1 && msg.mail.ref.uid < 3) { return null; } return msg;',
                        'sort'
                    ),
                    sort('end'),
                    end()
                ],
                {},
                limit
            );
            const kept = [test.emit('source', 400), test.emit('source', 400)];
            await test.handled('sort');
            const third = test.emit('source', 400);
            assert.equal((await kept[0])?.kind, 'failed');
            assert.equal((await kept[1])?.kind, 'failed');
            await third;
        });
    });

    describe('exec', () => {
        it('is followed to what the command printed', async () => {
            const test = await load([source('n'), exec('echo hello'), end()]);
            assertDone(await test.emit());
            assert.match(String(test.received('end')[0]?.payload), /hello/);
        });

        it('has finished whatever the exit code', async () => {
            const test = await load([source('n'), exec('exit 3'), end()]);
            assertDone(await test.emit());
        });

        it('fails a mail when what looks at the exit code does', async () => {
            const test = await load([
                source('n'),
                { ...exec('exit 3'), wires: [[], [], ['code']] },
                func('code', "if (msg.payload.code) { throw new Error('code ' + msg.payload.code); }")
            ]);
            assertFailed(await test.emit(), /code 3/);
        });
    });

    describe('mqtt out', () => {
        const mqtt = (port: number, topic: string): FlowNode[] => [
            { id: 'n', type: 'mqtt out', topic, qos: '1', retain: 'false', broker: 'broker' },
            { id: 'broker', type: 'mqtt-broker', broker: '127.0.0.1', port: String(port), clientid: 'c' }
        ];

        it('without a connection never finishes, and the time limit decides', async () => {
            const test = await load([source('n'), ...mqtt(await findFreePort(), 'orders')]);
            assertFailed(await test.emit('source', SHORT), /did not finish/);
        });

        it('whose broker does not exist takes no messages, and fails the mail at once', async () => {
            const test = await load([source('n'), ...mqtt(1, 'orders').slice(0, 1)]);
            assertFailed(await test.emit(), /the node "mqtt out" takes no messages/);
        });

        it('with a topic that is none never finishes either', async () => {
            const test = await load([source('n'), ...mqtt(await findFreePort(), 'orders/#')]);
            assertFailed(await test.emit('source', SHORT), /./);
        });
    });

    it('websocket out has finished although nobody is connected', async () => {
        const test = await load([
            source('n'),
            { id: 'n', type: 'websocket out', server: 'ws', client: '' },
            { id: 'ws', type: 'websocket-listener', path: '/nobody', wholemsg: 'false' }
        ]);
        assertDone(await test.emit());
    });

    describe('tcp out', () => {
        const tcp = (port: number): FlowNode => {
            const rest = { beserver: 'client', base64: false, end: false, tls: '' };
            return { id: 'n', type: 'tcp out', host: '127.0.0.1', port: String(port), ...rest };
        };

        it('has finished although nothing is connected', async () => {
            const test = await load([source('n'), tcp(await findFreePort())]);
            assertDone(await test.emit());
        });

        it('has finished when the text was handed to the line', async () => {
            const server = createServer((socket: Socket) => socket.on('error', () => undefined).resume());
            server.listen(0, '127.0.0.1');
            await once(server, 'listening');
            try {
                const test = await load([source('n'), tcp((server.address() as AddressInfo).port)]);
                assertDone(await test.emit());
                await test.stop();
            } finally {
                server.close();
            }
        });
    });

    it('a Status node has no part in it', async () => {
        const test = await load([
            source('n'),
            func('n', "node.status({ text: 'busy' }); return msg;", 'end'),
            { id: 'status', type: 'status', scope: null, wires: [['bad']] },
            func('bad', "throw new Error('about a status')"),
            end()
        ]);
        assertDone(await test.emit());
    });

    it('a Complete node behind a failed mail is not called, and nothing waits for it', async () => {
        const test = await load([
            source('n'),
            func('n', "throw new Error('bad')"),
            { id: 'complete', type: 'complete', scope: ['n'], wires: [['end']] },
            end()
        ]);
        assertFailed(await test.emit(), /bad/);
        assert.equal(test.received('end').length, 0);
    });
});
