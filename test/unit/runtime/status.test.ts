import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { StatusDisplay, type StatusView } from '../../../src/runtime/status';

function view(text: string): StatusView {
    return { fill: 'green', shape: 'dot', text };
}

describe('StatusDisplay', () => {
    let shown: unknown[];
    let display: StatusDisplay;

    beforeEach(() => {
        mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 });
        shown = [];
        display = new StatusDisplay({ status: (status: unknown) => shown.push(status) } as never);
    });

    afterEach(() => mock.timers.reset());

    it('shows the first view at once', () => {
        display.show(view('a'));
        assert.deepEqual(shown, [view('a')]);
    });

    it('shows the last of a burst, a quarter of a second after the first', () => {
        for (let index = 0; index < 5000; index++) {
            display.show(view(String(index)));
        }
        assert.deepEqual(shown, [view('0')]);
        mock.timers.tick(249);
        assert.equal(shown.length, 1);
        mock.timers.tick(1);
        assert.deepEqual(shown, [view('0'), view('4999')]);
    });

    it('makes a view that is costly to make only when it shows it', () => {
        const made: number[] = [];
        for (let index = 0; index < 5000; index++) {
            display.show(() => {
                made.push(index);
                return view(String(index));
            });
        }
        mock.timers.tick(250);
        assert.deepEqual(made, [0, 4999]);
        assert.deepEqual(shown, [view('0'), view('4999')]);
    });

    it('shows four views a second at most', () => {
        for (let ms = 0; ms < 2000; ms += 10) {
            display.show(view(String(ms)));
            mock.timers.tick(10);
        }
        assert.ok(shown.length <= 9, `${shown.length} views`);
    });

    it('does not repeat what is shown', () => {
        display.show(view('a'));
        mock.timers.tick(1000);
        display.show(view('a'));
        display.show(view('b'));
        display.show(view('a'));
        mock.timers.tick(1000);
        assert.deepEqual(shown.at(-1), view('a'));
        assert.ok(shown.length <= 3);
    });

    it('clears the status', () => {
        display.show(view('a'));
        mock.timers.tick(1000);
        display.show(null);
        assert.deepEqual(shown, [view('a'), {}]);
    });

    it('shows nothing after it was closed, neither what waits nor what comes', () => {
        display.show(view('a'));
        display.show(view('b'));
        display.close();
        mock.timers.tick(1000);
        // an action that ends late would write over the status of the node's successor
        display.show(view('c'));
        mock.timers.tick(1000);
        assert.deepEqual(shown, [view('a')]);
    });

    // a device without a clock of its own sets it back by years when it finds the network
    it('does not wait for a clock that was set back', () => {
        display.show(view('a'));
        mock.timers.setTime(1000);
        display.show(view('b'));
        mock.timers.tick(250);
        assert.deepEqual(shown, [view('a'), view('b')]);
    });
});
