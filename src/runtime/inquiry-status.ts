import type { NotRecognised } from '../inquiry/types';
import type { StatusDisplay } from './status';

/** Shows that a portal's form has changed, until a mail of that portal is read again. */
export class InquiryStatus {
    readonly #display: StatusDisplay;
    readonly #changed = new Set<string>();

    constructor(display: StatusDisplay) {
        this.#display = display;
    }

    recognised(profile: string): void {
        if (this.#changed.delete(profile)) {
            this.#refresh();
        }
    }

    /** True when this is the first mail of the portal that could not be read. */
    notRecognised({ reason, profile = '' }: NotRecognised): boolean {
        const isNew = reason === 'template-changed' && !this.#changed.has(profile);
        if (isNew) {
            this.#changed.add(profile);
            this.#refresh();
        }
        return isNew;
    }

    #refresh(): void {
        const isChanged = this.#changed.size > 0;
        this.#display.show(
            isChanged ? { fill: 'yellow', shape: 'ring', text: 'parse-inquiry.status.template-changed' } : null
        );
    }
}
