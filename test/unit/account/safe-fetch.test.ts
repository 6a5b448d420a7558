import assert from 'node:assert/strict';
import { fetchPublicText } from '../../../src/account/safe-fetch';
import { PUBLIC_ADDRESS, startConfigServer, type ConfigServer } from '../../support/config-server';

describe('fetchPublicText', () => {
    let server: ConfigServer;
    beforeEach(async () => {
        server = await startConfigServer(['a.example', 'b.example'], (_request, response) => response.end('<xml/>'));
    });
    afterEach(() => server.stop());

    function get(url: string, signal: AbortSignal = AbortSignal.timeout(5_000)): Promise<string> {
        return fetchPublicText(new URL(url), server.network, signal);
    }
    function redirect(to: string): void {
        server.answer = (request, response) => {
            if (request.url === '/moved') {
                response.end('moved here');
            } else {
                response.writeHead(302, { location: to }).end();
            }
        };
    }

    it('fetches a text from the address that was checked', async () => {
        assert.equal(await get('https://a.example/x?y=1'), '<xml/>');
        assert.deepEqual(server.requests, ['a.example/x?y=1']);
        assert.deepEqual(server.opened, [`${PUBLIC_ADDRESS}:443`]);
    });

    it('follows a redirect to another public name', async () => {
        redirect('https://b.example/moved');
        assert.equal(await get('https://a.example/'), 'moved here');
    });

    it('refuses names that resolve into a private network, even one address among others', async () => {
        for (const addresses of [['127.0.0.1'], ['10.0.0.1'], ['::1'], [PUBLIC_ADDRESS, '192.168.0.1']]) {
            server.addresses['a.example'] = addresses;
            await assert.rejects(get('https://a.example/'), /private network/);
        }
        assert.deepEqual(server.opened, []);
    });

    it('refuses a redirect into a private network, in every spelling', async () => {
        server.addresses['inside.example'] = ['169.254.169.254'];
        for (const to of [
            'https://127.0.0.1/',
            'https://2130706433/',
            'https://0x7f.1/',
            'https://[::1]/',
            'https://[::ffff:10.0.0.1]/',
            'https://inside.example/'
        ]) {
            redirect(to);
            await assert.rejects(get('https://a.example/'), /private network/, to);
        }
        assert.ok(server.opened.every(opened => opened === `${PUBLIC_ADDRESS}:443`));
    });

    it('refuses a redirect away from HTTPS, to another port, with a login, or to nowhere', async () => {
        for (const to of [
            'http://b.example/',
            'ftp://b.example/',
            'https://b.example:8443/',
            'https://u:p@b.example/',
            'https://:::'
        ]) {
            redirect(to);
            await assert.rejects(get('https://a.example/'), Error, to);
        }
        assert.ok(server.requests.every(request => request === 'a.example/'));
    });

    it('is not led round in circles', async () => {
        redirect('https://a.example/again');
        await assert.rejects(get('https://a.example/'), /too many redirects/);
        assert.equal(server.requests.length, 4);
    });

    it('asks for the address once: a name that changes its mind leads nowhere else', async () => {
        let asked = 0;
        const resolve = server.network.resolve.bind(server.network);
        server.network.resolve = host => (asked++ === 0 ? resolve(host) : Promise.resolve(['127.0.0.1']));
        await get('https://a.example/');
        assert.equal(asked, 1);
    });

    it('verifies the certificate', async () => {
        server.addresses['c.example'] = [PUBLIC_ADDRESS];
        await assert.rejects(get('https://c.example/'), /altnames/);
        server.network.tls = {};
        await assert.rejects(get('https://a.example/'), /self-signed/);
    });

    it('takes no megabytes', async () => {
        server.answer = (_request, response) => {
            const chunk = Buffer.alloc(64 * 1024, 'x');
            const more = (): void => {
                while (!response.destroyed && response.write(chunk));
            };
            response.on('drain', more);
            more();
        };
        await assert.rejects(get('https://a.example/'), /too large/);
    });

    it('waits no longer than it is told to, for a name, a handshake or an answer', async () => {
        const soon = (): AbortSignal => AbortSignal.timeout(100);
        server.answer = () => undefined;
        await assert.rejects(get('https://a.example/', soon()));
        server.answer = (_request, response) => void response.write('<begun');
        await assert.rejects(get('https://a.example/', soon()));
        server.network.resolve = () => new Promise(() => undefined);
        await assert.rejects(get('https://a.example/', soon()));
    });

    it('says what the server answered, and what became of the connection', async () => {
        server.answer = (_request, response) => response.writeHead(404).end('no');
        await assert.rejects(get('https://a.example/'), /answered 404/);
        server.answer = (_request, response) => void response.destroy();
        await assert.rejects(get('https://a.example/'), Error);
    });
});
