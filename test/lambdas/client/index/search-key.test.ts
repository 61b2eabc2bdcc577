import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { searchKey, words } from '../../../../lambdas/client/index/search-key.ts';
import { ROOT } from '../../../../local/process/paths.ts';

interface Sample {
  readonly name: string;
  readonly keys: readonly string[];
}

const samples: readonly Sample[] = JSON.parse(readFileSync(`${ROOT}test/fixtures/search-keys.json`, 'utf8'));

test.each(samples)('$name is searched by the keys that the Spark job made of it', ({ name, keys }) => {
  const all = words(name);
  const made = new Set(all.slice(0, 12).map((_, at) => searchKey(all.slice(at))));
  expect([...made]).toEqual(keys);
});

test('what is neither letter nor digit is not searched', () => {
  expect([words(''), words(' –…'), words('  red,  LAMP ')]).toEqual([[], [], ['red', 'lamp']]);
});
