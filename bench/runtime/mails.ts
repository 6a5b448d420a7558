import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';

/** Mails that wait for smtp-out at one time. */
const AT_ONCE = 50;

/** Sends so many mails, a new one for each that is out: smtp-out is wired back to this node. */
export = function (RED: NodeAPI): void {
    process.once('disconnect', () => process.exit());
    function MailsNode(this: Node, config: NodeDef & { mails: number }): void {
        RED.nodes.createNode(this, config);
        let next = 0;
        const sendNext = (): void => {
            if (next < config.mails) {
                next++;
                this.send({
                    to: `person${next}@example.com`,
                    topic: `Message ${next}`,
                    payload: `Message number ${next}.\n`.repeat(40)
                } as NodeMessage);
            }
        };
        this.on('input', (_msg, _send, done) => {
            sendNext();
            done();
        });
        setTimeout(() => {
            for (let index = 0; index < AT_ONCE; index++) {
                sendNext();
            }
        }, 500);
    }
    RED.nodes.registerType('bench-mails', MailsNode);
};
