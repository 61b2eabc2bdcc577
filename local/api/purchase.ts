import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, createClient } from '../../lambdas/shared/client/client.ts';
import type { AnswerOf } from '../../lambdas/shared/contract/api/operation.ts';

type Recommended = AnswerOf<'recommendations'>['products'];
type Answers = Pick<Client, 'recommendations' | 'addSales'>;

/** A request, a purchase of the first product in the answer, and the answer to the same request afterwards. */
export interface Purchase {
  readonly user: string;
  /** The list `new` before the purchase, best first; the first one is bought. */
  readonly before: Recommended;
  readonly after: Recommended;
  /** Time from sending the sale until it was acknowledged. */
  readonly acceptedMs: number;
  /** Time from sending the sale until an answer knew of it. */
  readonly changedMs: number;
}

/** Products of each list. */
const SHOWN = 3;
const LIMIT_MS = 15_000;
const PAUSE_MS = 2;

/**
 * Buys the first product that is recommended to a user, and asks until the answer has changed.
 *
 * @returns undefined if nothing is recommended to the user.
 * @throws {Error} If the sale is refused, or the answer has not changed after 15 s.
 */
export async function buyFirst(
  client: Answers,
  user: string,
  { nowMs = () => performance.now(), limitMs = LIMIT_MS } = {},
): Promise<Purchase | undefined> {
  const ask = () => client.recommendations({ user, list: 'new', n: SHOWN });
  const before = await ask();
  const [first] = before.products;
  if (!first) return undefined;
  // The simulated shop lives in another time: dated by the clock, the sale would be months after all others.
  const timestamp = before.momentMs ?? undefined;
  const startedMs = nowMs();
  const { sales } = await client.addSales({ body: { userId: user, productId: first.product, timestamp } });
  const [sale] = sales;
  if (!sale?.accepted)
    throw new Error(`Cannot buy ${first.product}: ${sale?.reason ?? 'there is no answer'}`);
  const acceptedMs = nowMs() - startedMs;
  for (;;) {
    const { newerSales, products } = await ask();
    const changedMs = nowMs() - startedMs;
    if (newerSales > before.newerSales)
      return { user, before: before.products, after: products, acceptedMs, changedMs };
    if (changedMs > limitMs)
      throw new Error(
        `Cannot see the purchase of ${first.product}: the answer is the same after ${limitMs / 1000} s`,
      );
    await sleep(PAUSE_MS);
  }
}

/**
 * Does the same for the report of `npm start`.
 *
 * @returns Why the purchase did not change the answer, if it did not; undefined if there is no API, no user or nothing to buy.
 */
export async function tryPurchase(
  apiUrl: string | undefined,
  user: string | undefined,
): Promise<Purchase | { readonly problem: string } | undefined> {
  if (apiUrl === undefined || user === undefined) return undefined;
  try {
    return await buyFirst(createClient({ baseUrl: apiUrl }), user);
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
