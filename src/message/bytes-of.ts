/** A Buffer, also one that a queue or a file has made JSON of; null for anything else. Shares the memory, copies nothing. */
export function bytesOf(value: unknown): Buffer | null {
    if (value instanceof Uint8Array) {
        return Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
    const { type, data } = (value ?? {}) as { type?: unknown; data?: unknown };
    return type === 'Buffer' && Array.isArray(data) ? Buffer.from(data as number[]) : null;
}
