import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { reportArrival } from '../measure/report-arrival';

/** The fields in which the two packs differ. */
type MailFields = NodeMessage & { mail?: { messageId: string }; header?: { 'message-id'?: string } };

/** Ends the measured flows: tells the bench of each mail and completes it. */
export = function (RED: NodeAPI): void {
    process.once('disconnect', () => process.exit());
    function ArrivalsNode(this: Node, config: NodeDef): void {
        RED.nodes.createNode(this, config);
        this.on('input', (msg: MailFields, _send, done) => {
            reportArrival(msg.mail?.messageId ?? msg.header?.['message-id'], msg.payload);
            done();
        });
    }
    RED.nodes.registerType('bench-arrivals', ArrivalsNode);
};
