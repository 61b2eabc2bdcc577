import { expect, test } from 'vitest';
import { CURRENT_KEY, manifestKey } from '../../../lambdas/shared/contract/keys.ts';
import { createPersonIds, PLAIN_IDS } from '../../../lambdas/shared/privacy/person-ids.ts';
import { createPersonKey } from '../../../lambdas/shared/privacy/person-key.ts';
import { showShop } from '../../../local/api/shop-page.ts';
import manifest from '../../fixtures/manifest.json' with { type: 'json' };
import { memoryLake } from '../../lake.ts';

const INDEX_KEY = 'runs/00000003/1/explorer/index.json';

const PLAIN = { links: [], persons: PLAIN_IDS };

/** A lake whose run 3 suggests these users. */
function lakeWith(users: readonly string[]) {
  const lake = memoryLake();
  const put = (key: string, value: unknown) =>
    lake.objects.set(key, { bytes: Buffer.from(JSON.stringify(value)), storedAtMs: 0 });
  put(CURRENT_KEY, { publication: 1, run: 3, previous: null, decidedThrough: 3 });
  const file = { name: 'explorer/index.json', key: INDEX_KEY, sizeBytes: 1, rows: 1, sha256: '0'.repeat(64) };
  put(manifestKey(3), { ...manifest, run: 3, files: [file] });
  put(INDEX_KEY, { run: 3, users: [], products: [], names: [], picks: { users, products: [] } });
  return { lake, put };
}

const usersOf = (body: unknown): unknown =>
  (JSON.parse(/id="shop-settings">(.*?)<\/script>/s.exec(String(body))?.[1] ?? '{}') as { users: unknown })
    .users;

test('the page begins with the users that the explorer of the served run suggests, and links to other pages', async () => {
  const { lake } = lakeWith(['u0016', 'u0005']);
  const shown = await showShop(lake, {
    links: [{ href: 'http://127.0.0.1:8080/', text: 'Charts' }],
    persons: PLAIN_IDS,
  })('/shop');
  expect(usersOf(shown?.body)).toEqual(['u0016', 'u0005']);
  expect(shown?.body).toContain('<a href="http://127.0.0.1:8080/">Charts</a>');
  expect(shown).toMatchObject({
    contentType: 'text/html; charset=utf-8',
    policy: "frame-ancestors 'none'",
  });
});

test('before the first run, and if its files cannot be read, the page begins without users', async () => {
  expect(usersOf((await showShop(memoryLake(), PLAIN)('/shop'))?.body)).toEqual([]);
  const { lake, put } = lakeWith(['u0016']);
  put(INDEX_KEY, { run: 3 });
  expect(usersOf((await showShop(lake, PLAIN)('/shop/'))?.body)).toEqual([]);
});

test('it is at its own path only', async () => {
  const show = showShop(memoryLake(), PLAIN);
  for (const path of ['/', '/shopping', '/v1/docs', '/shop/x'])
    expect(await show(path), path).toBeUndefined();
});

test('where users have pseudonyms, the page begins with those of the simulated shop, under their own ids', async () => {
  const persons = createPersonIds('keyed', createPersonKey('a secret of the simulated shop, 40 letters'));
  const { lake } = lakeWith(['u0016', 'ann', 'u0005'].map((id) => persons.stored(id)));
  expect(usersOf((await showShop(lake, { links: [], persons })('/shop'))?.body)).toEqual(['u0016', 'u0005']);
});
