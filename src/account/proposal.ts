import { domainToASCII } from 'node:url';
import type { Preset, PresetServer } from './preset';

/** One server that somebody proposes; the account's dialog is filled with it, and its test shows whether it is right. */
export interface ProposedServer {
    host: string;
    port: number;
    security: 'tls' | 'starttls';
    user: string;
}

/** Where a proposal comes from; the editor has a sentence for each. */
export type ProposalSource = 'preset' | 'mx' | 'autoconfig' | 'well-known' | 'srv';

export interface Proposal {
    source: ProposalSource;
    /** The address or name that was asked, for people. */
    origin: string;
    /** Id of the preset, with the sources `preset` and `mx`. */
    preset: string;
    imap: ProposedServer | null;
    smtp: ProposedServer | null;
}

const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;

/** A host name of at least two labels, in the form in which DNS has it; "" for anything else. */
export function hostName(text: string): string {
    // domainToASCII takes the beginning of a URL as well, and forgets the rest of it
    const host = /[/\\?#@:\s]/.test(text.trim()) ? '' : domainToASCII(text.trim().replace(/\.$/, '').toLowerCase());
    const labels = host.split('.');
    const isName = labels.length > 1 && host.length <= 253 && labels.every(label => LABEL.test(label));
    // an address in numbers has no place in a configuration that others give
    return isName && !/^\d+$/.test(labels.at(-1) ?? '') ? host : '';
}

/** Checks what somebody else says; null when it is no server. */
export function proposedServer(
    host: string,
    port: string | number,
    security: ProposedServer['security'],
    user: string
): ProposedServer | null {
    const name = hostName(host);
    const number = Number(port);
    const isPort = Number.isInteger(number) && number > 0 && number < 65536;
    return name !== '' && isPort ? { host: name, port: number, security, user } : null;
}

/** The servers of a provider that is known by name. */
export function presetProposal(preset: Preset, source: 'preset' | 'mx', origin: string, address: string): Proposal {
    const server = ({ host, port, security, user }: PresetServer): ProposedServer => ({
        host,
        port,
        security,
        user: user === 'local' ? (address.split('@')[0] ?? '') : address
    });
    return { source, origin, preset: preset.id, imap: server(preset.imap), smtp: server(preset.smtp) };
}
