import type { Context } from 'mocha';

type Row = Record<string, unknown>;

/** The part of `node:sqlite` that tests use; the types of Node.js 20 do not know it. */
interface Database {
    exec(sql: string): void;
    prepare(sql: string): { all(): Row[] };
    close(): void;
}

interface Sqlite {
    DatabaseSync: new (file: string) => Database;
}

/** Absent on Node.js 20. */
const sqlite = process.getBuiltinModule('node:sqlite') as Sqlite | undefined;

export const hasSqlite = sqlite !== undefined;

/** Call first in a `before` hook: skips the suite, with one line, where Node.js has no SQLite of its own. */
export function requireSqlite(suite: Context): void {
    if (!hasSqlite) {
        console.warn(`      skipped, the database needs Node.js 22.13 or later, and this is ${process.version}`);
        suite.skip();
    }
}

/** A connection of its own, as another program has; the caller must `close()` it. */
export function openDatabase(file: string): Database {
    if (!sqlite) {
        throw new Error('this Node.js has no SQLite');
    }
    return new sqlite.DatabaseSync(file);
}
