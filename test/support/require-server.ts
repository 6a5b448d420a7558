import type { Context } from 'mocha';
import { findProgram } from './find-program';

/** What a test may need beside npm packages: the executable, and the Debian package that brings it. */
const PROGRAMS = {
    dovecot: { executable: 'dovecot', debianPackage: 'dovecot-imapd', needsRoot: false },
    postfix: { executable: 'postfix', debianPackage: 'postfix', needsRoot: true },
    chromium: { executable: 'chromium', debianPackage: 'chromium', needsRoot: false }
} as const;
export type ProgramName = keyof typeof PROGRAMS;

/**
 * Call first in a `before` hook. Without the program the suite is skipped on a developer's machine with one line that
 * says what to install; where CI is set it fails, because a check that is silently left out protects nobody.
 */
export function requireServer(suite: Context, name: ProgramName): void {
    const { executable, debianPackage, needsRoot } = PROGRAMS[name];
    const installed = findProgram(executable) !== undefined;
    if (installed && (!needsRoot || process.getuid?.() === 0)) {
        return;
    }
    const advice = installed
        ? `${name} starts only as root`
        : `${name} is not installed: apt-get install ${debianPackage}`;
    if (process.env.CI) {
        throw new Error(advice);
    }
    console.warn(`      skipped, ${advice}`);
    suite.skip();
}
