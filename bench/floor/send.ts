import { createTransport } from 'nodemailer';

/** The mails of the bench through nothing but a nodemailer pool. */
async function main([host = '', port = '', connections = '', mails = '']: string[]): Promise<void> {
    const pool = createTransport({
        pool: true,
        host,
        port: Number(port),
        secure: true,
        maxConnections: Number(connections),
        maxMessages: Infinity
    });
    let next = 0;
    const sendOn = async (): Promise<void> => {
        while (next < Number(mails)) {
            next++;
            await pool.sendMail({
                from: 'bench@example.org',
                to: `person${next}@example.com`,
                subject: `Message ${next}`,
                text: `Message number ${next}.\n`.repeat(40)
            });
        }
    };
    await Promise.all(Array.from({ length: 50 }, sendOn));
    pool.close();
}

// the bench looks at the finished process before it ends it, and takes it along when it ends itself
process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => process.exit());
void main(process.argv.slice(2));
