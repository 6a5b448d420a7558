import assert from 'node:assert/strict';
import { discover, type DiscoveryNetwork } from '../../../src/account/discovery';
import { startConfigServer, type ConfigServer } from '../../support/config-server';

const ADDRESS = 'anna@shop.example';
const XML = `<clientConfig><emailProvider>
    <incomingServer type="imap"><hostname>imap.host.example</hostname><port>993</port><socketType>SSL</socketType></incomingServer>
    <outgoingServer type="smtp"><hostname>smtp.host.example</hostname><port>587</port><socketType>STARTTLS</socketType></outgoingServer>
</emailProvider></clientConfig>`;

describe('discover', () => {
    let server: ConfigServer;
    before(async () => {
        server = await startConfigServer(['autoconfig.shop.example', 'shop.example'], (_request, response) => {
            response.end(XML);
        });
    });
    after(() => server.stop());

    /** Knows nothing unless told. */
    function network(parts: Partial<DiscoveryNetwork> = {}): () => DiscoveryNetwork {
        const nothing = () => Promise.reject(new Error('not found'));
        return () => ({
            resolve: nothing,
            open: () => assert.fail('nothing may be opened'),
            srv: nothing,
            mx: nothing,
            ...parts
        });
    }

    it('knows big providers without asking anybody', async () => {
        const asks = (): never => assert.fail('nobody may be asked');
        const { proposals } = await discover('Anna@GMX.de', asks);
        assert.deepEqual(
            proposals.map(({ source, preset, imap }) => [source, preset, imap?.host, imap?.user]),
            [['preset', 'gmx', 'imap.gmx.net', 'Anna@GMX.de']]
        );
        const [webde] = (await discover('anna@web.de', asks)).proposals;
        assert.equal(webde?.imap?.user, 'anna');
    });

    it('takes what the domain publishes, and names the place; the same answer only once', async () => {
        const { proposals, steps } = await discover(ADDRESS, network(server.network));
        assert.deepEqual(proposals, [
            {
                source: 'autoconfig',
                origin: 'autoconfig.shop.example',
                preset: '',
                imap: { host: 'imap.host.example', port: 993, security: 'tls', user: ADDRESS },
                smtp: { host: 'smtp.host.example', port: 587, security: 'starttls', user: ADDRESS }
            }
        ]);
        assert.deepEqual(
            steps.map(({ source, found }) => [source, found]),
            [
                ['mx', false],
                ['autoconfig', true],
                ['well-known', true],
                ['srv', false]
            ]
        );
    });

    it('tells nobody the part before the @', async () => {
        await discover(ADDRESS, network(server.network));
        assert.ok(!server.requests.some(request => request.includes('anna')));
    });

    it('knows the provider of a domain by its mail exchanger', async () => {
        const cases = [
            ['shop-example.mail.protection.outlook.com', 'microsoft365'],
            ['ASPMX.L.GOOGLE.COM', 'google-workspace'],
            ['mta5.am0.yahoodns.net', undefined],
            ['google.com.evil.example', undefined]
        ] as const;
        for (const [exchange, preset] of cases) {
            const mx = () => Promise.resolve([{ exchange, priority: 10 }]);
            const { proposals } = await discover(ADDRESS, network({ mx }));
            assert.equal(proposals[0]?.preset, preset, exchange);
        }
    });

    it('reads service records, the preferred one, and never one that says "not here"', async () => {
        const records: Record<string, Array<{ name: string; port: number; priority: number; weight: number }>> = {
            '_imaps._tcp.shop.example': [
                { name: 'second.example.com', port: 993, priority: 20, weight: 0 },
                { name: 'first.example.com', port: 993, priority: 10, weight: 0 }
            ],
            '_submissions._tcp.shop.example': [{ name: '.', port: 0, priority: 0, weight: 0 }],
            '_submission._tcp.shop.example': [{ name: 'smtp.example.com', port: 587, priority: 0, weight: 0 }]
        };
        const srv = (name: string) => Promise.resolve(records[name] ?? []);
        const [proposal] = (await discover(ADDRESS, network({ srv }))).proposals;
        assert.deepEqual(proposal?.imap, { host: 'first.example.com', port: 993, security: 'tls', user: ADDRESS });
        assert.deepEqual(proposal?.smtp, { host: 'smtp.example.com', port: 587, security: 'starttls', user: ADDRESS });
    });

    it('ends in time when nobody answers, and says so', async () => {
        const never = () => new Promise<never>(() => undefined);
        const start = Date.now();
        const { proposals, steps } = await discover(ADDRESS, network({ resolve: never, srv: never, mx: never }), 200);
        assert.ok(Date.now() - start < 5_000);
        assert.deepEqual(proposals, []);
        assert.ok(steps.every(({ found, reason }) => !found && reason === 'no answer in time'));
    });

    it('finds nothing at servers that lie, and never rejects', async () => {
        const lies = ['<html>', '', '\0\0', XML.replaceAll('host.example', '10.0.0.1'), '<!DOCTYPE x>' + XML];
        for (const text of lies) {
            server.answer = (_request, response) => response.end(text);
            const { proposals } = await discover(ADDRESS, network(server.network));
            assert.deepEqual(proposals, [], text.slice(0, 20));
        }
    });

    it('refuses what is no address of the internet', async () => {
        for (const text of [
            '',
            'anna',
            'anna@',
            '@x.example',
            'anna@localhost',
            'anna@127.0.0.1',
            'a@[::1]',
            'a b@x.example',
            'a@x.example/y',
            `a@${'x'.repeat(300)}.example`
        ]) {
            await assert.rejects(discover(text, network()), { code: 'ADDRESS_INVALID' }, text);
        }
    });
});
