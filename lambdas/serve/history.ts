import type { StoredHistory } from '../shared/contract/answer-model.ts';
import type { History } from '../shared/contract/api/history.ts';
import type { ApiRequest, Reply } from '../shared/contract/api/operation.ts';
import { etagOf, unlessKnown } from '../shared/http/conditional.ts';
import type { RecentSale } from '../shared/platform/recent.ts';
import type { Catalogue } from './catalogue/catalogue.ts';
import { createNaming, type NamedProduct } from './names.ts';
import { runOf } from './recommend.ts';
import { type KnownUser, personsOf, readUser, type Sources } from './sources.ts';

/** Answers `history`: what is known of a user, from the run and since. */
export async function historyOfUser(
  { params: { user }, query, headers }: ApiRequest<'history'>,
  sources: Sources,
): Promise<Reply> {
  const [known, catalogue] = await Promise.all([readUser(user, sources), namesOf(sources)]);
  const { run, newer, missing, erasure } = known;
  const showsIds = (await personsOf(sources)).mode === 'plain';
  const version = catalogue?.versionAt(sources.nowMs());
  const etag = etagOf('history', runOf(run), newer, missing, erasure, version, user, query);
  return unlessKnown(headers, etag, () => ({
    status: 200,
    body: toHistory(known, { user, catalogue, n: query.n, showsIds }),
  }));
}

/** Names do not need the newest catalogue. */
async function namesOf({ catalogue }: Sources): Promise<Catalogue | undefined> {
  return catalogue.current().catch(() => catalogue.latest);
}

interface HistoryOptions {
  readonly user: string;
  readonly catalogue: Catalogue | undefined;
  readonly n: number;
  /** False leaves out the ids of orders and sales: keyed ones mean nothing to the caller. */
  readonly showsIds: boolean;
}

function toHistory(
  { run, stored, newer, missing }: KnownUser,
  { user, catalogue, n, showsIds }: HistoryOptions,
): History {
  const named = run && createNaming(run.engine.products, catalogue);
  return {
    user,
    run: run ? { run: run.run, newestSaleMs: run.newestSaleMs } : null,
    missing: [...missing],
    stored: {
      lines: stored?.product.length ?? 0,
      newest: stored && named ? storedLines(stored, { n, named }) : [],
    },
    recent: {
      lines: newer.length,
      newest: newer
        .toSorted((a, b) => b.atMs - a.atMs)
        .slice(0, n)
        .map((sale) => recentLine(sale, { showsIds, nameOf: (id) => nameById(id, { run, catalogue }) })),
    },
  };
}

function storedLines(
  { product, quantity, atMs, price }: StoredHistory,
  { n, named }: { n: number; named: (number: number) => NamedProduct },
): History['stored']['newest'] {
  return [...product.keys()]
    .sort((a, b) => (atMs[b] as number) - (atMs[a] as number) || b - a)
    .slice(0, n)
    .map((line) => {
      const paid = price[line] ?? undefined;
      return {
        ...named(product[line] as number),
        quantity: quantity[line] as number,
        atMs: atMs[line] as number,
        ...(paid !== undefined && { price: paid }),
      };
    });
}

function recentLine(
  { product, quantity, atMs, type, orderId, price, id }: RecentSale,
  { showsIds, nameOf }: { showsIds: boolean; nameOf: (product: string) => string | undefined },
): History['recent']['newest'][number] {
  const name = nameOf(product);
  return {
    product,
    ...(name !== undefined && { name }),
    quantity,
    atMs,
    type,
    ...(showsIds && orderId !== undefined && { orderId }),
    ...(price !== undefined && { price }),
    ...(showsIds && id !== undefined && { id }),
  };
}

/** The run may not know the product yet. */
function nameById(
  product: string,
  { run, catalogue }: { run: KnownUser['run']; catalogue: Catalogue | undefined },
): string | undefined {
  const number = run?.engine.products.numberOf(product);
  return (
    catalogue?.get(product)?.name ?? (number === undefined ? undefined : run?.engine.products.name(number))
  );
}
