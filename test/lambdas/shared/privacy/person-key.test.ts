import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPersonKey, PSEUDONYM_LENGTH } from '../../../../lambdas/shared/privacy/person-key.ts';

const SECRET = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01';
const key = createPersonKey(SECRET);

/** Computed with Python: `base64.b32encode(hmac.new(secret, id, sha256).digest())[:26]`, and `hexdigest()` of the others. */
test('pseudonyms and hashes are those of another implementation', () => {
  expect(key.pseudonym('ann')).toBe('G3ZCLESUAZF32TJBBU55LSB3BY');
  expect(key.pseudonym('17850')).toBe('2NQIENINIW3WMPEQAFVQKSVIGS');
  expect(key.pseudonym('käthe@example.com')).toBe('S4KYKYILNYF5JD6OTGZN2APDBT');
  expect(key.pseudonym('')).toBe('7S7GNHO3TT6ZBXBZEMJUWAZRWU');
  expect(key.forgottenHash('ann')).toBe('ecf78f275678906cd6725a87b7b69966f69f6c59b64ea87aa32dea0279de7a86');
  expect(key.hashOf(Uint8Array.of(0, 255))).toBe(
    '24796b0eb2925f99d342d93476742b682d6f7db94e95c369b49d80b56609a052',
  );
  expect(key.check).toBe('201718c9477339eb');
});

test('a pseudonym is HMAC-SHA-256 of the id, for secrets shorter and longer than a block and any id', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 32, maxLength: 200, unit: 'binary' }).filter((text) => text.isWellFormed()),
      fc.string({ maxLength: 256, unit: 'binary' }).filter((text) => text.isWellFormed()),
      (secret, id) => {
        const expected = createHmac('sha256', secret).update(id).digest();
        const found = createPersonKey(secret).pseudonym(id);
        expect(found).toMatch(/^[A-Z2-7]{26}$/);
        expect(bytesOf(found)).toBe(expected.subarray(0, 16).toString('hex'));
      },
    ),
  );
});

/** Decodes base32 to whole bytes, as hexadecimal digits. */
function bytesOf(base32: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...base32].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return (bits.match(/.{8}/g) ?? [])
    .map((byte) => Number.parseInt(byte, 2).toString(16).padStart(2, '0'))
    .join('');
}

test('another secret gives other values', () => {
  const other = createPersonKey(`${SECRET}2`);
  expect(other.check).not.toBe(key.check);
  expect(other.pseudonym('ann')).not.toBe(key.pseudonym('ann'));
  expect(other.forgottenHash('ann')).not.toBe(key.forgottenHash('ann'));
  expect(key.pseudonym('ann')).toHaveLength(PSEUDONYM_LENGTH);
});

test('a short secret is refused, without it in the message', () => {
  const short = 'abcdefghijklmnopqrstuvwxyz12345';
  expect(() => createPersonKey(short)).toThrow(
    new RangeError('Cannot use the secret of personal ids: it has 31 characters, should have 32 or more'),
  );
  expect(createPersonKey(`${short}6`).check).toMatch(/^[0-9a-f]{16}$/);
});
