import assert from 'node:assert/strict';
import { Interruption } from '../../../src/message/interruption';
import { MailError, MailErrorCode } from '../../../src/message/mail-error';

describe('interruption', () => {
    it('rejects with the reason of the signal', async () => {
        const controller = new AbortController();
        const interruption = new Interruption(controller.signal);
        controller.abort(new Error('closing'));
        await assert.rejects(interruption.raised, /closing/);
        assert.equal(interruption.isQuiet, false);
        interruption.close();
    });

    it('rejects at once for a signal that is raised already', async () => {
        const interruption = new Interruption(AbortSignal.abort(new Error('closed')));
        await assert.rejects(interruption.raised, /closed/);
        interruption.close();
    });

    it('rejects after a quiet time', async () => {
        const interruption = new Interruption(undefined, 5);
        await assert.rejects(
            interruption.raised,
            (error: unknown) => error instanceof MailError && error.code === MailErrorCode.TimedOut
        );
        assert.equal(interruption.isQuiet, true);
        interruption.close();
    });

    it('lets go of the signal', () => {
        const controller = new AbortController();
        const interruption = new Interruption(controller.signal);
        interruption.close();
        controller.abort(new Error('too late'));
        assert.equal(interruption.isQuiet, false);
    });
});
