import assert from 'node:assert/strict';
import type { ImapAccount } from '../../../src/account/imap-account';
import { requireRight, RIGHTS, type Right } from '../../../src/account/rights';
import { AFTER_KINDS, checkAfterAction, runAfterAction, type AfterKind } from '../../../src/delivery/after-action';
import type { OpenFolder } from '../../../src/imap/open-folder';

const REF = { account: 'account1', folder: 'INBOX', uidValidity: '77', uid: 5 };

/** An account with one mail; remembers what was done on the server. */
class FakeAccount {
    readonly label = 'Shop mail';
    readonly done: string[] = [];
    rights: readonly Right[] = RIGHTS;
    uidValidity = '77';
    flags = new Set(['\\Flagged']);
    gone = false;
    isBusy = false;

    require(right: Right): void {
        requireRight(new Set(this.rights), right, this.label);
    }

    async specialFolder(use: string): Promise<string> {
        // the shared line runs one work after the other: asking from within a work would wait for itself
        assert.equal(this.isBusy, false);
        return `Special ${use}`;
    }

    async act<T>(right: Right, folder: string, work: (folder: OpenFolder) => Promise<T>): Promise<T> {
        this.require(right);
        this.isBusy = true;
        try {
            return await work(this.#open(folder) as unknown as OpenFolder);
        } finally {
            this.isBusy = false;
        }
    }

    #open(path: string): object {
        const client = {
            capabilities: new Map([
                ['MOVE', true],
                ['UIDPLUS', true]
            ]),
            messageFlagsAdd: async (uid: string, flags: string[]) => {
                this.done.push(`add ${uid} ${flags.join()}`);
                flags.forEach(flag => this.flags.add(flag));
                return true;
            },
            messageFlagsRemove: async (uid: string, flags: string[]) => {
                this.done.push(`remove ${uid} ${flags.join()}`);
                flags.forEach(flag => this.flags.delete(flag));
                return true;
            },
            messageMove: async (uid: string, target: string) => {
                this.done.push(`move ${uid} ${target}`);
                this.gone = true;
                return { path, destination: target };
            },
            messageDelete: async (uid: string) => {
                this.done.push(`delete ${uid}`);
                this.gone = true;
                return true;
            }
        };
        return {
            path,
            uidValidity: this.uidValidity,
            readOnly: false,
            permits: () => true,
            meta: async ([uid]: [number]) =>
                new Map(this.gone ? [] : [[uid, { uid, size: 1, flags: new Set(this.flags) }]]),
            connection: {
                account: this.label,
                error: (error: unknown) => error,
                client,
                command: async (_step: string, run: (given: typeof client) => Promise<unknown>) => run(client)
            }
        };
    }
}

describe('an action after success or failure', () => {
    let fake: FakeAccount;
    let account: ImapAccount;
    beforeEach(() => {
        fake = new FakeAccount();
        account = fake as unknown as ImapAccount;
    });

    describe('is checked when the node starts', () => {
        function check(kind: AfterKind, value = ''): void {
            checkAfterAction({ kind, value }, 'afterSuccess', account);
        }

        it('and passes when nothing is wrong with it', () => {
            AFTER_KINDS.forEach(kind => check(kind, 'Done'));
        });

        it('and needs no value where there is none', () => {
            (['none', 'seen', 'unseen', 'trash', 'delete'] as const).forEach(kind => check(kind));
        });

        for (const [kind, right] of [
            ['seen', 'flag'],
            ['unseen', 'flag'],
            ['keyword', 'flag'],
            ['move', 'move'],
            ['trash', 'move'],
            ['delete', 'delete']
        ] as const) {
            it(`and "${kind}" needs the right "${right}"`, () => {
                fake.rights = [right];
                check(kind, 'Done');
                fake.rights = RIGHTS.filter(other => other !== right);
                assert.throws(() => check(kind, 'Done'), { code: 'RIGHT_MISSING', account: 'Shop mail' });
            });
        }

        it('and "none" passes in an account that may only read', () => {
            fake.rights = ['read'];
            check('none');
        });

        for (const value of ['', 'two words', '\\Recent']) {
            it(`and a keyword ${JSON.stringify(value)} is refused`, () => {
                assert.throws(() => check('keyword', value), { code: 'INVALID_PROPERTY', kind: 'configuration' });
            });
        }

        it('and a move without a folder is refused', () => {
            assert.throws(() => check('move'), {
                code: 'INVALID_PROPERTY',
                account: 'Shop mail',
                message: /"afterSuccess" moves mail but names no folder/
            });
        });
    });

    describe('is performed', () => {
        for (const [kind, value, done] of [
            ['none', '', []],
            ['seen', '', ['add 5 \\Seen']],
            ['unseen', '', ['remove 5 \\Seen']],
            ['keyword', 'Imported', ['add 5 Imported']],
            ['keyword', '\\flagged', []],
            ['move', 'Done', ['move 5 Done']],
            ['trash', '', ['move 5 Special trash']],
            ['delete', '', ['delete 5']]
        ] as const) {
            it(`as ${[kind, value].filter(Boolean).join(' ')}`, async () => {
                if (kind === 'unseen') {
                    fake.flags.add('\\Seen');
                }
                await runAfterAction(account, REF, { kind, value });
                assert.deepEqual(fake.done, done);
            });
        }

        it('not on another mail that has got the number of this one', async () => {
            fake.uidValidity = '78';
            await assert.rejects(runAfterAction(account, REF, { kind: 'delete', value: '' }), { code: 'MAIL_GONE' });
            assert.deepEqual(fake.done, []);
        });

        it('not without the right', async () => {
            fake.rights = ['read'];
            await assert.rejects(runAfterAction(account, REF, { kind: 'seen', value: '' }), { code: 'RIGHT_MISSING' });
            assert.deepEqual(fake.done, []);
        });

        it('and a mail that is gone is an error, not a success', async () => {
            fake.gone = true;
            await assert.rejects(runAfterAction(account, REF, { kind: 'move', value: 'Done' }), { code: 'MAIL_GONE' });
        });
    });
});
