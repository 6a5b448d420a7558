import type { ImapPeer } from './imap-peer';
import type { PeerCommand, PeerSession } from './imap-peer-session';

/** What an obliging server without mails says; commands it does not know are completed without data. */
export async function defaultAnswer(peer: ImapPeer, command: PeerCommand, session: PeerSession): Promise<void> {
    switch (command.name) {
        case 'CAPABILITY':
            session.untagged(`CAPABILITY ${peer.capabilities.join(' ')}`);
            break;
        case 'AUTHENTICATE':
            return authenticate(command, session);
        case 'ID':
            session.untagged('ID ("name" "test peer")');
            break;
        case 'NAMESPACE':
            session.untagged('NAMESPACE (("" "/")) NIL NIL');
            break;
        case 'LIST':
        case 'LSUB':
            list(peer, command, session);
            break;
        case 'STATUS':
            session.untagged(`STATUS ${firstArgument(command)} ${statusItems(peer)}`);
            break;
        case 'SELECT':
        case 'EXAMINE':
            return select(peer, command, session);
        case 'SEARCH':
        case 'UID SEARCH':
            session.untagged('SEARCH');
            break;
        case 'IDLE':
            session.write('+ idling\r\n');
            await session.nextLine();
            break;
        case 'LOGOUT':
            session.untagged('BYE see you');
            session.ok(command);
            session.end();
            return;
    }
    session.ok(command);
}

async function authenticate(command: PeerCommand, session: PeerSession): Promise<void> {
    const hasInitialResponse = command.args.includes(' ');
    if (!hasInitialResponse) {
        session.write('+ \r\n');
        await session.nextLine();
    }
    session.ok(command);
}

function list(peer: ImapPeer, command: PeerCommand, session: PeerSession): void {
    if (/""\s*$/.test(command.args)) {
        // an empty pattern asks for the separator alone, RFC 3501 section 6.3.8
        session.untagged(`${command.name} (\\Noselect) "/" ""`);
        return;
    }
    const pattern =
        /("(?:[^"\\]|\\.)*"|[^\s()]+)(?: RETURN .*)?$/i.exec(command.args)?.[1]?.replace(/^"|"$/g, '') ?? '*';
    const wanted = peer.folders.filter(folder => /[*%]/.test(pattern) || folder.name === pattern);
    for (const folder of wanted) {
        session.untagged(`${command.name} (${folder.flags ?? '\\HasNoChildren'}) "/" "${folder.name}"`);
    }
}

function select(peer: ImapPeer, command: PeerCommand, session: PeerSession): void {
    const name = firstArgument(command).replace(/^"|"$/g, '');
    if (!peer.folders.some(folder => folder.name === name)) {
        session.no(command, '[NONEXISTENT] no such mailbox');
        return;
    }
    const { mailbox } = peer;
    const readOnly = mailbox.readOnly || command.name === 'EXAMINE';
    session.untagged('FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)');
    session.untagged(`OK [PERMANENTFLAGS (${readOnly ? '' : mailbox.permanentFlags})] flags`);
    session.untagged(`${mailbox.exists} EXISTS`);
    session.untagged('0 RECENT');
    session.untagged(`OK [UIDVALIDITY ${mailbox.uidValidity}] validity`);
    session.untagged(`OK [UIDNEXT ${mailbox.uidNext}] next`);
    if (peer.capabilities.includes('CONDSTORE')) {
        session.untagged(`OK [HIGHESTMODSEQ ${mailbox.highestModseq}] modseq`);
    }
    session.ok(command, `[READ-${readOnly ? 'ONLY' : 'WRITE'}] selected`);
}

function statusItems(peer: ImapPeer): string {
    const { exists, uidNext, uidValidity } = peer.mailbox;
    return `(MESSAGES ${exists} UIDNEXT ${uidNext} UIDVALIDITY ${uidValidity} UNSEEN 0 RECENT 0)`;
}

function firstArgument(command: PeerCommand): string {
    return /^("(?:[^"\\]|\\.)*"|\S+)/.exec(command.args)?.[1] ?? '""';
}
