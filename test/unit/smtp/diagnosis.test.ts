import assert from 'node:assert/strict';
import { detail } from '../../../src/smtp/diagnosis';

describe('the detail of a foreign error', () => {
    it('is one printable line of its message, else its code', () => {
        assert.equal(detail({ message: 'a\r\n[error] forged' }), 'a [error] forged');
        assert.equal(detail({ code: 'ESOCKET' }), 'ESOCKET');
        assert.equal(detail({}), 'no reason given');
    });
});
