import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readMail } from '../../src/message/read-mail';
import type { MailMessage } from '../../src/message/types';
import type { Inquiry, ParseResult } from '../../src/inquiry/types';
import { mailMeta } from './raw-mail';

const FOLDER = join(__dirname, '..', 'fixtures', 'inquiries');

/** What a fixture is to give: the parts of an inquiry that stand in the mail, or the reason. */
export type Expected =
    { profile: string; inquiries: ExpectedInquiry[]; confidence?: number } | { reason: string; missing: string[] };

export type ExpectedInquiry = Pick<Inquiry, 'contact' | 'item' | 'inquiry' | 'extra' | 'missing'>;

export interface Fixture {
    profile: string;
    name: string;
    source: Buffer;
    expected: Expected;
}

/** All fixtures, by the profile that they are for. */
export function inquiryFixtures(): Fixture[] {
    return readdirSync(FOLDER).flatMap(profile =>
        readdirSync(join(FOLDER, profile))
            .filter(file => file.endsWith('.eml'))
            .map(file => {
                const name = file.replace(/\.eml$/, '');
                const expected = readFileSync(join(FOLDER, profile, `${name}.json`), 'utf8');
                return {
                    profile,
                    name,
                    source: readFileSync(join(FOLDER, profile, file)),
                    expected: JSON.parse(expected) as Expected
                };
            })
    );
}

/** A mail as an input hands it on, with its attachments in memory. */
export function messageOf(source: Buffer): Promise<MailMessage> {
    return readMail(source, mailMeta({ flags: [] }), {
        content: 'text',
        attachments: 'buffer',
        attachmentsDir: '',
        oversize: false
    });
}

/**
 * A result in the form of an expectation. The time of the mail itself and a thread key made of other fields are left
 * out where the expectation does not name them.
 */
export function shownResult(result: ParseResult, expected: Expected): unknown {
    if (!result.recognised) {
        return { reason: result.problem.reason, missing: result.problem.missing };
    }
    const inquiries = result.inquiries.map(({ contact, item, inquiry, extra, missing }, index) => {
        const wanted = 'inquiries' in expected ? expected.inquiries[index]?.inquiry : undefined;
        const { receivedAt, threadKey, ...rest } = inquiry;
        return {
            contact,
            item,
            inquiry: {
                ...rest,
                ...(wanted?.receivedAt === undefined ? {} : { receivedAt }),
                ...(wanted?.threadKey === undefined ? {} : { threadKey })
            },
            extra,
            missing
        };
    });
    const confidence = 'confidence' in expected ? { confidence: result.inquiries[0]?.confidence } : {};
    return { profile: result.inquiries[0]?.source.profile, inquiries, ...confidence };
}
