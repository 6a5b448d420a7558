import assert from 'node:assert/strict';
import { presets } from '../../../src/account/presets';
import { loadEditor, type Values } from '../../support/editor-sandbox';

interface Planned {
    number: number;
    type: string;
    label: string;
    server: string;
    problem: string;
    node: (Values & { credentials: Values }) | null;
}
interface ListCode {
    csvRows(text: string): string[][];
    accountEntries(text: string): Values[];
    accountNodesOf(entries: Values[], presets: unknown, definitions: Values, signIns: Values[]): Planned[];
    testedForm(node: Values): string;
}

const editor = loadEditor();
const code = editor.mailflow as unknown as ListCode;

/** Values from the sandbox have other prototypes. */
function plain<T>(value: T): T {
    return JSON.parse(JSON.stringify(value)) as T;
}
function plan(text: string): Planned[] {
    const definitions = Object.fromEntries(editor.definitions);
    const signIns = [{ id: 'o1', name: 'Our tenant' }];
    return plain(code.accountNodesOf(code.accountEntries(text), presets, definitions, signIns));
}

describe('a list of accounts', () => {
    it('is read from CSV with quotes, and with what spreadsheets put between fields', () => {
        const rows = [
            ['address', 'password'],
            ['a@x.example', 'with "quotes", and\nlines'],
            ['b@x.example', '']
        ];
        const quoted = '"with ""quotes"", and\nlines"';
        for (const sign of [',', ';', '\t']) {
            const text = `address${sign}password\r\na@x.example${sign}${quoted}\r\n\r\nb@x.example${sign}\r\n`;
            assert.deepEqual(plain(code.csvRows(text)), rows);
        }
    });

    it('says what is missing when it is neither CSV nor JSON', () => {
        for (const text of ['', 'hello', '[1]', '{"a":', '[null]', 'name,password\nx,y']) {
            assert.throws(() => code.accountEntries(text), /JSON list|first line/, text);
        }
    });

    it('gives both accounts of a known provider, the second linked to the first', () => {
        const [imap, smtp] = plan('address,password\nanna@web.de,geheim');
        assert.deepEqual([imap?.problem, smtp?.problem], ['', '']);
        assert.deepEqual([imap?.server, smtp?.server], ['imap.web.de:993', 'smtp.web.de:465']);
        assert.deepEqual(imap?.node?.credentials, { user: 'anna', password: 'geheim' });
        assert.equal(smtp?.node?.['imap'], imap?.node?.['id']);
        assert.equal(smtp?.node?.['senderAddress'], 'anna@web.de');
        assert.equal(imap?.node?.['tested'], '');
    });

    it('signs in by OAuth2 where nothing else is accepted, with the sign-in that the list names', () => {
        const planned = plan('address,oauth\ninfo@outlook.de,Our tenant\nben@outlook.de,o1\ncai@outlook.de,');
        assert.deepEqual(
            planned.map(({ node, problem }) => [node?.['auth'], node?.['oauth'], node?.credentials['user'], problem]),
            [
                ...Array<unknown>(2).fill(['oauth2', 'o1', 'info@outlook.de', '']),
                ...Array<unknown>(2).fill(['oauth2', 'o1', 'ben@outlook.de', '']),
                ...Array<unknown>(2).fill([
                    'oauth2',
                    '',
                    'cai@outlook.de',
                    'Sign-in by OAuth2: the column oauth must name a mail-oauth node that is there already'
                ])
            ]
        );
        const [chosen] = plan('type,address,auth,oauth,host\nimap,a@shop.example,oauth2,o1,imap.shop.example');
        assert.deepEqual([chosen?.problem, chosen?.node?.['oauth']], ['', 'o1']);
    });

    it('signs in by OAuth2 wherever an entry names a sign-in, unless it says otherwise', () => {
        const ways = (text: string) => plan(text).map(({ node, problem }) => [node?.['auth'], problem]);
        assert.deepEqual(ways('address,password,oauth\ndan@gmail.com,,Our tenant\neva@gmx.de,geheim,'), [
            ...Array<unknown>(2).fill(['oauth2', '']),
            ...Array<unknown>(2).fill(['password', ''])
        ]);
        assert.deepEqual(ways('type,host,user,oauth\nimap,imap.shop.example,shop,o1'), [['oauth2', '']]);
        assert.deepEqual(ways('type,host,user,password,auth,oauth\nimap,imap.shop.example,shop,p,password,o1'), [
            ['password', '']
        ]);
    });

    it('takes every property of an account by its name', () => {
        const [imap, ...more] = plan(
            JSON.stringify({
                type: 'imap',
                name: 'Shop',
                host: 'imap.shop.example',
                port: '143',
                security: 'starttls',
                verify: 'false',
                user: '${MAIL_USER}',
                password: '${MAIL_PASSWORD}'
            })
        );
        assert.equal(more.length, 0);
        assert.deepEqual(
            [imap?.type, imap?.label, imap?.server, imap?.problem],
            ['imap-account', 'Shop', 'imap.shop.example:143', '']
        );
        assert.equal(imap?.node?.['verify'], false);
        assert.equal(imap?.node?.['tested'], '');
        assert.deepEqual(imap?.node?.credentials, { user: '${MAIL_USER}', password: '${MAIL_PASSWORD}' });
    });

    it('says what is wrong with an entry, and keeps the others', () => {
        const planned = plan(
            'type,address,host,port,password,colour\n' +
                'imap,a@x.example,imap.x.example,993,p,\n' +
                'imap,a@x.example,,993,p,\n' +
                'imap,a@x.example,imap.x.example,0,p,\n' +
                'imap,a@x.example,imap.x.example,993,,\n' +
                'pop3,a@x.example,imap.x.example,993,p,\n'
        );
        assert.ok(planned.every(({ problem }) => problem.includes('colour') || problem.includes('imap-account')));
        const without = plan(
            'type,address,host,port,password\n' +
                'imap,a@x.example,imap.x.example,993,p\n' +
                'imap,a@x.example,,993,p\n' +
                'imap,a@x.example,imap.x.example,0,p\n' +
                'imap,a@x.example,imap.x.example,993,\n' +
                'pop3,a@x.example,imap.x.example,993,p'
        ).map(({ problem }) => problem);
        assert.equal(without[0], '');
        assert.match(without[1] ?? '', /^Server: a value is missing/);
        assert.match(without[2] ?? '', /^Port: a number/);
        assert.match(without[3] ?? '', /password is missing/);
        assert.match(without[4] ?? '', /neither imap-account nor smtp-account/);
    });
});

describe('the mark of an account that was not tested', () => {
    const validate = (node: Values) =>
        editor.definitions
            .get('imap-account')
            ?.defaults['tested']?.validate?.call(node, node['tested'], { label: 'Test' });
    const account = { host: 'imap.example.com', port: 993, security: 'tls', verify: true, tls: '', auth: 'password' };

    it('goes with a passed test, and comes back with every change that matters', () => {
        const tested = code.testedForm(account);
        assert.equal(validate({ ...account, tested }), true);
        assert.equal(validate({ ...account, port: '993', name: 'another', tested }), true);
        assert.match(String(validate({ ...account, tested: '' })), /has not passed its test/);
        assert.match(String(validate(account)), /has not passed its test/);
        for (const change of [
            { host: 'x.example' },
            { port: 143 },
            { security: 'none' },
            { verify: false },
            { tls: 'n1' },
            { auth: 'none' }
        ]) {
            assert.notEqual(validate({ ...account, ...change, tested }), true, JSON.stringify(change));
        }
    });

    it('comes back with another sign-in, where one is used', () => {
        const signedIn = { ...account, auth: 'oauth2', oauth: 'o1' };
        const tested = code.testedForm(signedIn);
        assert.equal(validate({ ...signedIn, tested }), true);
        assert.notEqual(validate({ ...signedIn, oauth: 'o2', tested }), true);
        assert.equal(validate({ ...account, oauth: 'o2', tested: code.testedForm(account) }), true);
    });

    it('is not put on accounts whose settings come from the environment', () => {
        assert.equal(validate({ ...account, host: '${MAIL_HOST}' }), true);
    });
});
