import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '../lambdas/shared/client/client.ts';
import { Recommendations } from '../lambdas/shared/contract/api/recommendations.ts';
import { manifestKey } from '../lambdas/shared/contract/keys.ts';
import { Manifest } from '../lambdas/shared/contract/schemas.ts';
import { buyFirst, type Purchase } from '../local/api/purchase.ts';
import { readLists } from '../local/quality/score.ts';
import { seeded } from '../local/shop/random.ts';
import type { Answered, Asked } from './realtime-load.ts';

/** Requests for and sales by the users of a run, in an order of chance that is the same every time. */
export interface Requests {
  readonly users: readonly string[];
  next(): Asked;
  nextSale(): Asked;
}

const PRODUCTS = 10;

/** @param lake A directory with the layout of the bucket. */
export function createRequests(lake: string): Requests {
  const manifest = Manifest.parse(JSON.parse(readFileSync(join(lake, manifestKey(1)), 'utf8')));
  const texts = manifest.files
    .filter(({ name }) => /^recommendations(-\d+)?\.csv$/.test(name))
    .map(({ key }) => readFileSync(join(lake, key), 'utf8'));
  const lists = readLists(texts);
  const random = seeded(1);
  const users = [...lists.keys()].sort(() => random.unit() - 0.5);
  const products = [...new Set([...lists.values()].flatMap(({ any }) => any))];
  const draw = (values: readonly string[]): string => values[random.below(values.length)] ?? '';
  return {
    users,
    next() {
      const list = random.chance(0.5) ? 'any' : 'new';
      return {
        path: `/v1/users/${encodeURIComponent(draw(users))}/recommendations?list=${list}&n=${PRODUCTS}`,
      };
    },
    nextSale: () => ({
      path: '/v1/sales',
      body: { userId: draw(users), productId: draw(products), quantity: 1 },
    }),
  };
}

/** Looks at every answer: it has products, and all of their names are of its run. */
export interface Check {
  fault(answered: Answered): string | undefined;
  /** Answers by the run that they name. */
  readonly runs: ReadonlyMap<number, number>;
  /** Number of answers with names of another run. */
  mixed(): number;
}

/** Names of products begin with the number of their run. */
export function createCheck(): Check {
  const runs = new Map<number, number>();
  let mixed = 0;
  return {
    runs,
    mixed: () => mixed,
    fault({ status, body }) {
      if (status !== 200) return `status ${status}: ${body.slice(0, 200)}`;
      const { run, products, missing, source } = Recommendations.parse(JSON.parse(body));
      if (!run || source !== 'model' || missing.length > 0 || products.length === 0)
        return `an answer that is not complete: ${body.slice(0, 200)}`;
      runs.set(run.run, (runs.get(run.run) ?? 0) + 1);
      if (products.every(({ name = '' }) => name === '' || name.startsWith(String(run.run))))
        return undefined;
      mixed += 1;
      return `an answer of run ${run.run} with names of another one`;
    },
  };
}

/** Buys for one user after another, and waits for each changed answer. */
export async function purchases(baseUrl: string, users: readonly string[]): Promise<Purchase[]> {
  const client = createClient({ baseUrl });
  const found: Purchase[] = [];
  for (const user of users) {
    const purchase = await buyFirst(client, user);
    if (purchase) found.push(purchase);
  }
  return found;
}
