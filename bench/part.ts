import type { Dovecot } from '../test/support/dovecot';

/** What the project promises about one figure; `atLeast` and `atMost` exclude each other. */
export interface Target {
    text: string;
    value: number;
    unit: string;
    atLeast?: number;
    atMost?: number;
}

/** What one part found out, as Markdown, and the figures that have a target. */
export interface Section {
    text: string;
    targets: Target[];
}

export interface PartOptions {
    /** Few of everything: to see that all works, not how fast. */
    short: boolean;
    /** Where measured processes leave a CPU profile. */
    profileDir?: string | undefined;
    progress: (text: string) => void;
    /** A server with the users of USERS, shared by the parts and started with the first use. */
    dovecot: () => Promise<Dovecot>;
}

/** One subject of the bench; it can be named on the command line. */
export interface Part {
    name: string;
    run(options: PartOptions): Promise<Section>;
}

/** One for each mailbox that a part fills: what one part leaves behind must not be in the way of another. */
export const USERS = ['anna', 'ben', 'carl', 'dora', 'emil', 'frida', 'greta', 'hans', 'ida'] as const;
export type BenchUser = (typeof USERS)[number];
