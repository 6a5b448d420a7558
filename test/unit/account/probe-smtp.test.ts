import assert from 'node:assert/strict';
import { probeSmtp, type SmtpProbe } from '../../../src/account/probe-smtp';
import type { Security } from '../../../src/message/server-settings';
import { createCertificate } from '../../support/certificate';
import { collectSteps } from '../../support/probe-steps';
import { sendingSettings } from '../../support/sending-settings';
import { SILENCE, startSmtpPeer, type SmtpPeer } from '../../support/smtp-peer';
import { startSmtpSink, type SmtpSink } from '../../support/smtp-sink';

const TIMEOUTS = { connectMs: 10_000, greetingMs: 10_000, socketMs: 10_000 };
/** For servers whose silence is waited for. */
const QUICK = { connectMs: 500, greetingMs: 500, socketMs: 500 };
const LOGIN = { user: 'anna', password: 'top secret' };

function probeOf(port: number, security: Security, parts: Partial<SmtpProbe> = {}, tls = {}): SmtpProbe {
    return {
        server: { label: 'Shop', host: '127.0.0.1', port, security, tls, login: LOGIN },
        settings: sendingSettings(),
        arrival: null,
        timeouts: TIMEOUTS,
        ...parts
    };
}

describe('probeSmtp', () => {
    let sink: SmtpSink | undefined;
    let peer: SmtpPeer | undefined;
    const never = new AbortController().signal;
    afterEach(async () => {
        await sink?.stop();
        await peer?.stop();
        sink = undefined;
        peer = undefined;
    });

    async function startSink(options: Parameters<typeof startSmtpSink>[0] = {}): Promise<SmtpSink> {
        sink = await startSmtpSink({ users: { anna: LOGIN.password }, ...options });
        return sink;
    }
    const portOf = (server: SmtpSink): number => (server.server.server.address() as { port: number }).port;

    for (const security of ['tls', 'starttls'] as const) {
        it(`goes through every step with ${security}, and sends one mail to itself`, async () => {
            const server = await startSink({ secure: security === 'tls', server: { size: 5 * 1024 * 1024 } });
            const { steps, report, outcomes } = collectSteps();
            const probe = probeOf(portOf(server), security, {}, { ca: server.certificate });
            assert.equal(await probeSmtp(probe, report, never), true);
            assert.deepEqual(outcomes(), [
                'look-up skipped',
                'connect passed',
                'tls passed',
                'login passed',
                'size passed',
                'test-mail passed',
                'arrival skipped'
            ]);
            assert.match(String(steps[2]?.values['names']), /localhost/);
            assert.deepEqual(steps[4]?.values, { number: 5 });
            assert.deepEqual(server.mails[0]?.to, ['shop@example.com']);
            assert.match(server.mails[0]?.raw.toString() ?? '', /^X-Mailflow-Test: [0-9a-f]{32}\r$/m);
            assert.match(server.mails[0]?.raw.toString() ?? '', /^Auto-Submitted: auto-generated\r$/m);
        });
    }

    it('shows the certificate that was not accepted', async () => {
        const certificate = createCertificate({ names: ['other.example'], validTo: new Date('2026-01-31T00:00:00Z') });
        const server = await startSink({ secure: true, certificate });
        const { steps, report } = collectSteps();
        assert.equal(await probeSmtp(probeOf(portOf(server), 'tls'), report, never), false);
        const last = steps.at(-1);
        assert.deepEqual([last?.step, last?.error?.code], ['tls', 'CERTIFICATE']);
        assert.equal(last?.values['names'], 'other.example');
        assert.equal(last?.values['validTo'], '2026-01-31');
        assert.equal(server.mails.length, 0);
    });

    it('warns of a certificate that ends soon', async () => {
        const validTo = new Date(Date.now() + 5 * 86_400_000 + 60_000);
        const server = await startSink({ secure: true, certificate: createCertificate({ validTo }) });
        const { steps, report } = collectSteps();
        await probeSmtp(probeOf(portOf(server), 'tls', {}, { ca: server.certificate }), report, never);
        const tls = steps.find(({ step }) => step === 'tls');
        assert.deepEqual([tls?.outcome, tls?.note, tls?.values['daysLeft']], ['warning', 'certificate-ends', 5]);
    });

    it('sends no password when STARTTLS is not offered', async () => {
        peer = await startSmtpPeer(line => (line === 'STARTTLS' ? '502 what is that?' : undefined));
        const { report, outcomes } = collectSteps();
        assert.equal(await probeSmtp(probeOf(peer.port, 'starttls'), report, never), false);
        assert.equal(outcomes().at(-1), 'tls failed');
        assert.equal(
            peer.lines.some(line => line.startsWith('AUTH')),
            false
        );
    });

    it('stops at a rejected login without repeating the password', async () => {
        const server = await startSink({ refuse: { login: { code: 535, text: 'no, not with "top secret"' } } });
        const { steps, report, outcomes } = collectSteps();
        const probe = probeOf(portOf(server), 'starttls', {}, { ca: server.certificate });
        assert.equal(await probeSmtp(probe, report, never), false);
        assert.equal(outcomes().at(-1), 'login failed');
        assert.equal(steps.at(-1)?.error?.code, 'CREDENTIALS_REJECTED');
        assert.ok(!JSON.stringify(steps).includes('top secret'));
    });

    it('ends by itself at a server that falls silent at any point', async () => {
        const points = [/^$/, /^EHLO/, /^AUTH/, /^MAIL/, /^\.$/];
        for (const point of points) {
            peer = await startSmtpPeer(line => (point.test(line) ? SILENCE : undefined));
            const { report, outcomes } = collectSteps();
            const probe = probeOf(peer.port, 'none', { timeouts: QUICK });
            assert.equal(await probeSmtp(probe, report, never), false, String(point));
            assert.match(outcomes().at(-1) ?? '', / failed$/);
            await peer.stop();
        }
        peer = undefined;
    });

    it('reports what became of the mail in the linked mailbox', async () => {
        const server = await startSink();
        const arrivals = [
            [{ folder: 'INBOX', isJunk: false, seconds: 1, notRemoved: null }, 'passed', 'arrived'],
            [{ folder: 'Junk', isJunk: true, seconds: 1, notRemoved: null }, 'warning', 'arrived-in-junk'],
            [null, 'warning', 'not-arrived']
        ] as const;
        for (const [arrival, outcome, note] of arrivals) {
            const { steps, report } = collectSteps();
            let asked = '';
            const probe = probeOf(
                portOf(server),
                'starttls',
                { arrival: token => Promise.resolve(((asked = token), arrival)) },
                { ca: server.certificate }
            );
            assert.equal(await probeSmtp(probe, report, never), true);
            assert.deepEqual([steps.at(-1)?.outcome, steps.at(-1)?.note], [outcome, note]);
            assert.ok(server.mails.at(-1)?.raw.includes(`X-Mailflow-Test: ${asked}`));
        }
    });

    it('passes with a warning when the linked mailbox cannot be looked at', async () => {
        const server = await startSink();
        const { report, outcomes } = collectSteps();
        const arrival = () => Promise.reject(new Error('the account is missing'));
        const probe = probeOf(portOf(server), 'starttls', { arrival }, { ca: server.certificate });
        assert.equal(await probeSmtp(probe, report, never), true);
        assert.equal(outcomes().at(-1), 'arrival warning');
    });
});
