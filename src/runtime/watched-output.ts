import type { FolderHealth } from '../account/health';
import type { FolderOutput } from '../delivery/folder-intake';

/** An output that behaves like the given one and tells the health of its account what happens. */
export function watchedOutput(output: FolderOutput, health: FolderHealth): FolderOutput {
    return {
        ...output,
        deliver(message, kept) {
            const outcome = output.deliver(message, kept);
            health.delivered(outcome);
            return outcome;
        },
        adopt(uidValidity, uid) {
            const mail = output.adopt(uidValidity, uid);
            if (mail) {
                health.waitsFor(mail.outcome);
            }
            return mail;
        },
        giveUp(message, error) {
            health.givenUp(error);
            output.giveUp(message, error);
        },
        progress(delivered, waiting) {
            health.progress(delivered, waiting);
            output.progress(delivered, waiting);
        },
        isWired() {
            const isWired = output.isWired();
            health.wired(isWired);
            return isWired;
        },
        contact(watching) {
            health.contact(watching);
            output.contact(watching);
        },
        failed(error) {
            health.failed(error);
            output.failed(error);
        }
    };
}
