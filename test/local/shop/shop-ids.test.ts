import { expect, test } from 'vitest';
import { createPersonIds, PLAIN_IDS } from '../../../lambdas/shared/privacy/person-ids.ts';
import { createPersonKey } from '../../../lambdas/shared/privacy/person-key.ts';
import { plantShop } from '../../../local/shop/shop.ts';
import { shopIdsOf, userLabel } from '../../../local/shop/shop-ids.ts';

const persons = createPersonIds('keyed', createPersonKey('a secret of the simulated shop, 40 letters'));

test('every user of the simulated shop is found by the pseudonym, and no other user is', () => {
  const users = plantShop(7).users.map(({ id }) => id);
  const stored = [...users, 'ann', 'u1001', ''].map((id) => persons.stored(id));
  expect(shopIdsOf(stored, persons)).toEqual(users);
  expect(shopIdsOf(['ann', 'u0001'], PLAIN_IDS)).toEqual(['ann', 'u0001']);
  expect(shopIdsOf(['ann', 'u0001'], persons)).toEqual([]);
});

test('a report names a user by the id, and says what is stored of it', () => {
  const [known, other] = [persons.stored('u0016'), persons.stored('ann')];
  expect(userLabel('ann', PLAIN_IDS)).toBe('ann');
  expect(userLabel(known, persons)).toBe(`u0016 (stored as ${known})`);
  expect(userLabel(other, persons)).toBe(`${other} (a pseudonym)`);
});
