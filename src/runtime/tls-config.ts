import type { NodeAPI } from 'node-red';
import type { TlsConfigNode } from '../account/server-settings';
import { MailError, MailErrorCode } from '../message/mail-error';

/**
 * Finds the core tls-config node that an account names.
 *
 * @returns null when the account names none.
 * @throws MailError NOT_CONFIGURED when it is missing or disabled: connecting without it would drop a check that the
 *     user has asked for.
 */
export function findTlsConfig(RED: NodeAPI, id: string | undefined): TlsConfigNode | null {
    if (!id) {
        return null;
    }
    const node = RED.nodes.getNode(id) as unknown as TlsConfigNode | null;
    if (!node) {
        throw new MailError({
            code: MailErrorCode.NotConfigured,
            kind: 'configuration',
            step: 'configure',
            problem: 'the TLS configuration of the account is missing or disabled',
            remedy: 'Choose another one in the account and deploy.'
        });
    }
    return node;
}
