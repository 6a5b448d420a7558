import { createHash } from 'node:crypto';
import type { InstanceKey } from '../state/instance-key';

const PURPOSE = 'redirect';

/**
 * Proves that the loop guard of this runtime has admitted exactly these bytes for exactly these recipients. Without it
 * any message that reaches smtp-out could send a mail in somebody else's name, past every check of its fields.
 */
export function sealRedirect(key: InstanceKey, original: Buffer, recipients: readonly string[]): string {
    return key.sign(PURPOSE, ...sealedParts(original, recipients));
}

export function isSealed(key: InstanceKey, seal: string, original: Buffer, recipients: readonly string[]): boolean {
    return key.verify(seal, PURPOSE, ...sealedParts(original, recipients));
}

function sealedParts(original: Buffer, recipients: readonly string[]): string[] {
    return [createHash('sha256').update(original).digest('hex'), ...[...new Set(recipients)].sort()];
}
