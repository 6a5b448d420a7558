import type { NodeRedUnderTest } from '../helper';
import { answerCases } from './answers';
import { automaticMailCases } from './automatic-mail';
import { useCaseServers, type ExampleMailbox } from './case-servers';
import { inquiryCases } from './inquiries';
import { inquiryTableCases } from './inquiry-table';
import { sendingCases } from './sending';
import { workCases } from './work';

export type { ExampleMailbox } from './case-servers';

/** Checks what the examples promise, on whatever server the mailbox lies. */
export function exampleCases(red: NodeRedUnderTest, startMailbox: () => Promise<ExampleMailbox>): void {
    const servers = useCaseServers(red, startMailbox);
    for (const cases of [inquiryCases, inquiryTableCases, automaticMailCases, answerCases, sendingCases, workCases]) {
        cases(servers);
    }
}
