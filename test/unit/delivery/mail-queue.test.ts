import assert from 'node:assert/strict';
import { MailQueue } from '../../../src/delivery/mail-queue';

describe('MailQueue', () => {
    let queue: MailQueue;
    beforeEach(() => (queue = new MailQueue()));

    it('gives UIDs in ascending order, whenever they came', () => {
        queue.add([30, 10]);
        queue.add([20]);
        assert.deepEqual(queue.take(2), [10, 20]);
        queue.add([5]);
        assert.deepEqual(queue.take(9), [5, 30]);
        assert.deepEqual(queue.take(1), []);
    });

    it('keeps a UID once', () => {
        queue.add([1, 1]);
        queue.add([1, 2]);
        assert.equal(queue.size, 2);
        assert.deepEqual(queue.take(9), [1, 2]);
    });

    it('takes a UID again that was taken before', () => {
        queue.add([1, 2]);
        queue.take(1);
        queue.add([1]);
        assert.deepEqual(queue.take(9), [1, 2]);
    });

    it('counts what has not been taken', () => {
        queue.add([1, 2, 3]);
        queue.take(2);
        assert.equal(queue.size, 1);
        queue.add([]);
        assert.equal(queue.size, 1);
    });

    it('leaves the list of the caller as it is', () => {
        queue.add(Object.freeze([3, 1, 2]));
        assert.deepEqual(queue.take(3), [1, 2, 3]);
    });

    describe('with mails that wait for their time', () => {
        it('keeps them apart until they are due', () => {
            queue.addLater(7, 1000);
            assert.deepEqual([queue.size, queue.waits(7), queue.waits(8)], [0, true, false]);
            queue.takeDue(999);
            assert.equal(queue.size, 0);
            queue.takeDue(1000);
            assert.deepEqual([queue.size, queue.waits(7)], [1, false]);
            assert.deepEqual(queue.take(1), [7]);
        });

        it('puts them back in their order', () => {
            queue.add([5, 9]);
            queue.addLater(7, 1000);
            queue.addLater(6, 2000);
            queue.takeDue(1500);
            assert.deepEqual(queue.take(9), [5, 7, 9]);
        });

        it('knows when the next one is due', () => {
            assert.equal(queue.nextDue, null);
            queue.addLater(7, 3000);
            queue.addLater(8, 2000);
            assert.equal(queue.nextDue, 2000);
            queue.takeDue(2000);
            assert.equal(queue.nextDue, 3000);
        });

        it('moves the time of a mail that fails again', () => {
            queue.addLater(7, 1000);
            queue.addLater(7, 5000);
            assert.equal(queue.nextDue, 5000);
        });

        // Math.min with that many arguments overflows the stack
        it('knows the next one of 300,000', () => {
            for (let uid = 1; uid <= 300_000; uid++) {
                queue.addLater(uid, 1_000_000 - uid);
            }
            assert.equal(queue.nextDue, 700_000);
            queue.takeDue(1_000_000);
            assert.equal(queue.size, 300_000);
        });
    });

    describe('lowest', () => {
        it('finds the lowest waiting UID that fulfils the condition', () => {
            queue.add([4, 6, 8]);
            assert.equal(
                queue.lowest(uid => uid > 4),
                6
            );
        });

        it('does not look at what was taken', () => {
            queue.add([4, 6]);
            queue.take(1);
            assert.equal(
                queue.lowest(() => true),
                6
            );
        });

        it('gives null when there is none', () => {
            queue.add([4]);
            assert.equal(
                queue.lowest(uid => uid > 4),
                null
            );
        });
    });

    it('forgets everything when cleared', () => {
        queue.add([1]);
        queue.addLater(2, 1000);
        queue.clear();
        queue.takeDue(2000);
        assert.deepEqual([queue.size, queue.nextDue, queue.waits(2)], [0, null, false]);
    });

    it('hands out 100,000 mails one by one without copying them each time', () => {
        queue.add(Array.from({ length: 100_000 }, (_unused, index) => index + 1));
        let sum = 0;
        while (queue.size > 0) {
            sum += queue.take(1)[0] as number;
        }
        assert.equal(sum, 5_000_050_000);
    }).timeout(2000);
});
