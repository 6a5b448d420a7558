import { readFileSync } from 'node:fs';

export interface MailOwner {
    uid: number;
    gid: number;
}

/** Mail servers refuse to keep mail as root, so root gives it to the system user `mail` (Debian: 8). */
export function mailOwner(): MailOwner | undefined {
    if (process.getuid?.() !== 0) {
        return undefined;
    }
    const entry = /^mail:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'));
    return { uid: Number(entry?.[1] ?? 8), gid: Number(entry?.[2] ?? 8) };
}
