import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { searchKey, words } from '../../../../lambdas/client/index/search-key.ts';
import { ROOT } from '../../../../local/process/paths.ts';

interface Sample {
  readonly name: string;
  readonly keys: readonly string[];
}

const samples: readonly Sample[] = JSON.parse(readFileSync(`${ROOT}test/fixtures/search-keys.json`, 'utf8'));

test.each(samples)('makes the same keys for $name as the Spark job', ({ name, keys }) => {
  const all = words(name);
  const made = new Set(all.slice(0, 12).map((_, at) => searchKey(all.slice(at))));
  expect([...made]).toEqual(keys);
});

test('ignores characters that are neither letters nor digits', () => {
  expect([words(''), words(' –…'), words('  red,  LAMP ')]).toEqual([[], [], ['red', 'lamp']]);
});
