import { now } from './clock';

/** What a measured program says of each mail at the moment it has it. */
export interface Arrival {
    messageId: string;
    /** See clock.ts. */
    at: number;
    /** The text was there up to its last line. */
    whole: boolean;
}

/** Last line of every text in the bench. */
export const END_OF_TEXT = '-- end of the text --';

/** Runs in the measured process: tells the bench that a mail has arrived. The time is taken first. */
export function reportArrival(messageId: unknown, text: unknown): void {
    const at = now();
    const whole = typeof text === 'string' && text.includes(END_OF_TEXT);
    process.send?.({ arrival: { messageId: String(messageId), at, whole } });
}

/** Runs in the measured process: hands the bench what the process has measured itself. */
export function reportFigures(figures: unknown): void {
    process.send?.({ figures });
}
