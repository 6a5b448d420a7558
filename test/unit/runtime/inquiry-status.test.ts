import assert from 'node:assert/strict';
import type { NotRecognised } from '../../../src/inquiry/types';
import { InquiryStatus } from '../../../src/runtime/inquiry-status';
import { StatusDisplay } from '../../../src/runtime/status';

describe('the status of parse-inquiry', () => {
    function status(): { status: InquiryStatus; shown: () => string | undefined } {
        let view: { fill?: string; text?: string } | null = null;
        const display = { show: (next: typeof view) => (view = next) } as unknown as StatusDisplay;
        return { status: new InquiryStatus(display), shown: () => view?.fill };
    }
    const changed = (profile: string): NotRecognised => ({
        reason: 'template-changed',
        message: '',
        profile,
        missing: []
    });

    it('is yellow from the first mail whose form has changed until one of that portal is read again', () => {
        const { status: own, shown } = status();
        assert.equal(own.notRecognised(changed('a@1')), true);
        assert.equal(shown(), 'yellow');
        assert.equal(own.notRecognised(changed('a@1')), false);
        own.recognised('b@1');
        assert.equal(shown(), 'yellow');
        own.recognised('a@1');
        assert.equal(shown(), undefined);
        assert.equal(own.notRecognised(changed('a@1')), true);
    });

    it('does not change for mail that is no inquiry', () => {
        const { status: own, shown } = status();
        assert.equal(own.notRecognised({ reason: 'no-format', message: '', missing: [] }), false);
        assert.equal(shown(), undefined);
    });
});
