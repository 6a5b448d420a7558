/** The part of hoodiecrow-imap that tests and the demo use; the package has no declarations of its own. */
declare module 'hoodiecrow-imap' {
    import type { Server } from 'node:net';
    import type { Duplex } from 'node:stream';

    function createServer(options?: createServer.Options): createServer.ImapServer;

    namespace createServer {
        interface User {
            password: string;
            xoauth2?: { accessToken: string; sessionTimeout?: number };
        }

        interface Message {
            uid: number;
            flags: string[];
            internaldate: string;
            /** One character per byte. */
            raw: string;
            MODSEQ?: number;
        }

        interface Mailbox {
            path: string;
            uidvalidity: number;
            uidnext: number;
            flags: string[];
            messages: Message[];
            /** False: keywords other than those in permanentFlags are refused. */
            allowPermanentFlags: boolean;
            permanentFlags: string[];
        }

        interface MailboxTemplate extends Partial<Omit<Mailbox, 'messages'>> {
            'special-use'?: string;
            messages?: Array<string | Partial<Message>>;
            folders?: Record<string, MailboxTemplate>;
        }

        interface NamespaceTemplate {
            separator?: string;
            type?: 'personal' | 'user' | 'shared';
            folders?: Record<string, MailboxTemplate>;
        }

        interface Connection {
            state: string;
            socket: Duplex | null;
            selectedMailbox?: Mailbox;
            /** Takes the next line instead of the command parser: set while IDLE runs. */
            inputHandler: ((line: string) => void) | false;
            send(response: Response, description?: string, parsed?: ParsedCommand, data?: string): void;
        }

        interface ParsedCommand {
            tag: string;
            command: string;
            attributes?: Array<{ type: string; value: string } | null>;
        }

        interface Response {
            tag: string;
            command?: string;
            attributes?: unknown[];
        }

        type CommandHandler = (
            connection: Connection,
            parsed: ParsedCommand,
            data: string,
            callback: () => void
        ) => void;

        interface Options {
            plugins?: ReadonlyArray<string | ((server: ImapServer) => void)>;
            users?: Record<string, User>;
            /** `INBOX`, and `""` for the namespace that holds the other folders. */
            storage?: { INBOX?: MailboxTemplate; ''?: NamespaceTemplate };
            secureConnection?: boolean;
            credentials?: { key: string; cert: string };
            debug?: boolean;
        }

        interface ImapServer {
            server: Server;
            users: Record<string, User>;
            connectionHandlers: Array<(connection: Connection) => void>;
            listen(port: number, host: string, callback?: () => void): void;
            close(callback?: () => void): void;
            getMailbox(path: string): Mailbox | undefined;
            createMailbox(path: string): void;
            deleteMailbox(path: string): void;
            appendMessage(
                mailbox: string | Mailbox,
                flags: string[],
                internaldate: string | Date,
                raw: string
            ): { mailbox: Mailbox; message: Message };
            getCommandHandler(command: string): CommandHandler | false;
            setCommandHandler(command: string, handler: CommandHandler): void;
        }
    }

    export = createServer;
}
