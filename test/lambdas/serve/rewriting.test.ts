import { describe, expect, test } from 'vitest';
import { readUser } from '../../../lambdas/serve/sources.ts';
import { manifestKey } from '../../../lambdas/shared/contract/keys.ts';
import { seeded } from '../../../local/shop/random.ts';
import { writeTombstones } from '../tombstones.ts';
import { keyOf, rewritingSteps, STYLES, type Style, USERS, writeManyHistories } from './rewriting.ts';
import { AS_OF_MS, openShop, publishRun } from './shop.ts';

/** A shop whose run has the histories of many users. */
function open() {
  const shop = openShop({ hasRun: false });
  writeManyHistories(shop.lake);
  publishRun(shop.lake, 1);
  return shop;
}

/** Lets everything happen that needs no clock. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function swap<Item>(items: Item[], a: number, b: number): void {
  [items[a], items[b]] = [items[b] as Item, items[a] as Item];
}

/** The run's history in an answer: its user, or that it could not be read. */
interface Shown {
  readonly owner: string | undefined;
  readonly isMissing: boolean;
}

async function historyOf(user: string, { ask }: Pick<ReturnType<typeof open>, 'ask'>): Promise<Shown> {
  const { statusCode, json } = await ask(`/v1/users/${user}/history`);
  expect(statusCode).toBe(200);
  const owners = json.stored.newest.map(({ product }: { product: string }) =>
    product.replace('product of ', ''),
  );
  expect(owners.length).toBe(json.stored.lines);
  expect(owners.length).toBeLessThan(2);
  return { owner: owners[0], isMissing: json.missing.length > 0 };
}

/** Rewrites the files between the reads of requests, as chance has it, and returns what the requests showed. */
async function interleave(seed: number) {
  const { below, chance } = seeded(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item;
  const shop = open();
  const { lake, clock } = shop;
  const style: Style = pick(STYLES);
  const erased = new Set(USERS.filter(() => chance(0.25)));
  const { files, manifest } = rewritingSteps(lake, style, erased);
  // If blocks keep their places, the index comes last, as when users are forgotten. Other orders are in the tests below.
  if (style !== 'kept') for (let at = files.length - 1; at > 0; at--) swap(files, at, below(at + 1));
  const steps = [...files, manifest];
  const total = steps.length;
  let isForgotten = false;
  const advance = () => {
    if (isForgotten) steps.shift()?.();
    else if (erased.size > 0) writeTombstones(lake, 1, { untilMs: AS_OF_MS, users: [...erased] });
    isForgotten = true;
  };
  // Some blocks are in memory before, others are not.
  for (const user of USERS) if (chance(0.2)) await historyOf(user, shop);
  lake.fault = () => {
    if (chance(0.15)) advance();
  };
  const seen: { user: string; shown: Shown; wasQuiet: boolean }[] = [];
  while (steps.length > 0) {
    const asked = Array.from({ length: 4 }, async () => {
      const user = pick(USERS);
      const before = steps.length;
      const shown = await historyOf(user, shop);
      const wasQuiet = before === total && steps.length === total;
      seen.push({ user, shown, wasQuiet });
    });
    await Promise.all(asked);
    clock.nowMs += pick([0, 10, 2_000, 70_000]);
    if (chance(0.2)) advance();
  }
  lake.fault = () => undefined;
  clock.nowMs += 120_000;
  await shop.ask('/v1/ready');
  await settle();
  return { shop, style, erased, seen };
}

describe('while the files of the served run are rewritten', () => {
  test('a thousand interleavings of reads and rewrites show no user the history of another, and fail no request', async () => {
    const counts = { asked: 0, missing: 0, erased: 0 };
    for (let seed = 1; seed <= 1000; seed++) {
      const { shop, style, erased, seen } = await interleave(seed);
      for (const { user, shown, wasQuiet } of seen) {
        const context = `seed ${seed}, ${style}, ${user}`;
        counts.asked += 1;
        if (shown.isMissing) counts.missing += 1;
        // Never the history of another user; and none only if it was erased, or could not be read for a moment.
        if (shown.owner !== undefined) expect(shown.owner, context).toBe(user);
        else if (!erased.has(user)) expect(shown.isMissing, context).toBe(true);
        if (style === 'kept' || (wasQuiet && !erased.has(user))) expect(shown.isMissing, context).toBe(false);
      }
      for (const [number, user] of USERS.entries()) {
        const { stored, missing } = await readUser(user, shop.sources);
        expect([stored?.product, missing]).toEqual([erased.has(user) ? undefined : [number], []]);
        if (erased.has(user)) counts.erased += 1;
      }
    }
    expect(counts.asked).toBeGreaterThan(10_000);
    // The test would prove nothing if files and index were never of different moments.
    expect(counts.missing).toBeGreaterThan(200);
    expect(counts.erased).toBeGreaterThan(3_000);
  }, 300_000);

  test('blocks that keep their places are read with the old index and with the new one, without a gap', async () => {
    const shop = open();
    await historyOf('u00', shop);
    const { files } = rewritingSteps(shop.lake, 'kept', new Set(['u03', 'u05']));
    for (const step of files) {
      step();
      expect(await historyOf('u04', shop)).toEqual({ owner: 'u04', isMissing: false });
      expect(await historyOf('u23', shop)).toEqual({ owner: 'u23', isMissing: false });
      shop.clock.nowMs += 2_000;
    }
    expect(await historyOf('u03', shop)).toEqual({ owner: undefined, isMissing: false });
  });

  test('a block that was in memory is used until the run is loaded again', async () => {
    const shop = open();
    await historyOf('u03', shop);
    const { files, manifest } = rewritingSteps(shop.lake, 'shorter', new Set(['u04']));
    for (const step of [...files, manifest]) step();
    let reads = 0;
    shop.lake.fault = (_, key) => {
      if (key === keyOf('model/answer.json')) reads += 1;
    };
    expect(await historyOf('u03', shop)).toEqual({ owner: 'u03', isMissing: false });
    expect(reads).toBe(0);
    // A block that was not: the index is read once, for all requests at the same time.
    await Promise.all(['u09', 'u10', 'u15', 'u23'].map((user) => historyOf(user, shop)));
    expect(reads).toBe(1);
  });

  test('requests do not read the index again and again while it does not fit: after two tries they wait a second', async () => {
    const shop = open();
    await historyOf('u00', shop);
    const { files } = rewritingSteps(shop.lake, 'shorter', new Set(['u03']));
    files[0]?.();
    let reads = 0;
    shop.lake.fault = (_, key) => {
      if (key === keyOf('model/answer.json')) reads += 1;
    };
    for (let request = 0; request < 5; request++)
      expect(await historyOf('u06', shop)).toEqual({ owner: undefined, isMissing: true });
    expect(reads).toBe(2);
    shop.clock.nowMs += 1_000;
    files[2]?.();
    expect(await historyOf('u06', shop)).toEqual({ owner: 'u06', isMissing: false });
    expect(reads).toBe(3);
  });

  test('an index that belongs to another model is not used, because its numbers of products may differ', async () => {
    const shop = open();
    await historyOf('u00', shop);
    const { files } = rewritingSteps(shop.lake, 'shorter', new Set(['u03']));
    for (const step of files) step();
    const key = keyOf('model/answer.json');
    const document = JSON.parse(shop.lake.text(key));
    const bytes = Buffer.from(JSON.stringify({ ...document, products: document.products.toReversed() }));
    shop.lake.objects.set(key, { bytes, storedAtMs: 0 });
    expect(await historyOf('u06', shop)).toEqual({ owner: undefined, isMissing: true });
    expect(shop.lines.join()).toContain('another model than the one that is loaded');
  });
});

describe('after a user was forgotten', () => {
  /** Returns how often the manifest and the tensors of the run are read from now on. */
  function countReads({ lake }: ReturnType<typeof open>) {
    const reads = { manifest: 0, loads: 0 };
    lake.fault = (_, key) => {
      if (key === manifestKey(1)) reads.manifest += 1;
      if (key === keyOf('model/answer.safetensors')) reads.loads += 1;
    };
    return reads;
  }

  test('the run is loaded again once its manifest has changed, although the pointer is the same', async () => {
    const shop = open();
    await shop.ask('/v1/ready');
    writeTombstones(shop.lake, 1, { untilMs: AS_OF_MS, users: ['u03'] });
    shop.clock.nowMs += 10_000;
    await historyOf('u00', shop);
    const { files, manifest } = rewritingSteps(shop.lake, 'shorter', new Set(['u03']));
    for (const step of [...files, manifest]) step();
    const reads = countReads(shop);
    shop.clock.nowMs += 60_000;
    await shop.ask('/v1/ready');
    await settle();
    expect(reads.loads).toBe(1);
    // And not again.
    shop.clock.nowMs += 120_000;
    await shop.ask('/v1/ready');
    await settle();
    expect(reads.loads).toBe(1);
  });

  test('the manifest is looked at once a minute, and only while there are erasures that the run does not know', async () => {
    const shop = open();
    await shop.ask('/v1/ready');
    const reads = countReads(shop);
    const askLater = async (ms: number) => {
      shop.clock.nowMs += ms;
      await historyOf('u00', shop);
      await settle();
      return reads.manifest;
    };
    expect(await askLater(120_000)).toBe(0);
    writeTombstones(shop.lake, 1, { untilMs: AS_OF_MS, users: ['u03'] });
    // The refresh of the pointer may be earlier than that of the tombstones.
    await askLater(10_000);
    expect(await askLater(10_000)).toBe(1);
    expect(await askLater(30_000)).toBe(1);
    expect(await askLater(60_000)).toBe(2);
  });
});
