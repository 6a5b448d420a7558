import type { NodeAPI } from 'node-red';
import type { TlsConfigNode } from '../account/server-settings';
import { notConfigured } from '../message/mail-error';

/**
 * Finds the core tls-config node that an account names.
 *
 * @returns null when the account names none.
 * @throws MailError NOT_CONFIGURED when it is missing, disabled or of another kind: connecting without it would drop
 *     a check that the user has asked for.
 */
export function findTlsConfig(RED: NodeAPI, id: string | undefined): TlsConfigNode | null {
    if (!id) {
        return null;
    }
    const node = RED.nodes.getNode(id) as unknown as Partial<TlsConfigNode> | null;
    if (typeof node?.addTLSOptions !== 'function') {
        throw notConfigured(
            'the TLS configuration of the account is missing or disabled',
            'Choose another one in the account and deploy.'
        );
    }
    return node as TlsConfigNode;
}
