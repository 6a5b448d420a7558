import type { NodeAPI, NodeMessage } from 'node-red';
import type { MailMessage } from '../message/types';

/** What a mail sets, or would set if it had it: nothing of this may be left from the message that asked. */
const OF_THE_MAIL = ['payload', 'html', 'topic', 'from', 'date', 'header', 'attachments', 'original', 'mail', 'parts'];

/**
 * Makes the messages of a sequence (`msg.parts`, as Node-RED's split node writes it) of the message that asked and the
 * mails. Each is a message of its own: no node behind can change another one through a shared object.
 */
export function mailSequence(
    RED: NodeAPI,
    msg: NodeMessage
): (mail: MailMessage, index: number, count: number) => NodeMessage {
    const id = RED.util.generateId();
    const kept = Object.fromEntries(Object.entries(msg).filter(([name]) => !OF_THE_MAIL.includes(name)));
    // a sequence within a sequence: the outer one lies below, where join finds it again
    const outer = 'parts' in msg ? { parts: msg.parts } : {};
    return (mail, index, count) => {
        const copy = RED.util.cloneMessage({ ...kept, parts: outer } as NodeMessage);
        const parts = { ...(copy as { parts?: object }).parts, id, index, count };
        return Object.assign(copy, mail, { parts }) as unknown as NodeMessage;
    };
}
