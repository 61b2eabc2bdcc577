import type { ApiRequest, Reply } from '../shared/contract/api/operation.ts';
import type { HistoryLine, Recommendations } from '../shared/contract/api/recommendations.ts';
import { etagOf, unlessKnown } from '../shared/http/conditional.ts';
import type { Catalogue } from './catalogue/catalogue.ts';
import { eligibleProducts } from './catalogue/eligible.ts';
import type { EngineAnswer, NewerSale } from './engine.ts';
import type { LoadedRun } from './load-run.ts';
import { createNaming } from './names.ts';
import { catalogueFor, type KnownUser, readUser, type Sources } from './sources.ts';

type Wishes = ApiRequest<'recommendations'>['query'];

/** Answers `recommendations`: for a user, from the run and the sales since. */
export async function recommendToUser(
  { params: { user }, query, headers }: ApiRequest<'recommendations'>,
  sources: Sources,
): Promise<Reply> {
  const [known, catalogue] = await Promise.all([readUser(user, sources), catalogueFor(query, sources)]);
  const { run, newer, missing, erasure } = known;
  const version = catalogue.versionAt(sources.nowMs());
  const etag = etagOf('recommendations', runOf(run), newer, missing, erasure, version, user, query);
  return unlessKnown(headers, etag, () => ({
    status: 200,
    body: { user, ...answer(known, { wishes: query, catalogue, nowMs: sources.nowMs() }) },
  }));
}

/** Answers `recommendationsFor`: for a history in the request. Nothing of it is stored. */
export async function recommendForHistory(
  { body: { history, ...wishes } }: ApiRequest<'recommendationsFor'>,
  sources: Sources,
): Promise<Reply> {
  const [run, catalogue] = await Promise.all([sources.served.get(), catalogueFor(wishes, sources)]);
  const newer = run ? history.map((line) => saleOf(line, run)) : [];
  const known = { run, stored: undefined, newer, missing: [], erasure: null };
  return { status: 200, body: answer(known, { wishes, catalogue, nowMs: sources.nowMs() }) };
}

/** A line without a time counts as bought just before the moment of the run, so that this moment stays the moment of the list. */
const saleOf = ({ atMs, ...line }: HistoryLine, { engine }: LoadedRun): NewerSale => ({
  ...line,
  atMs: atMs ?? engine.asOfMs - 1,
});

interface Asked {
  readonly wishes: Wishes;
  readonly catalogue: Catalogue;
  readonly nowMs: number;
}

/** The known facts of a user, with sales that may come from the request. */
type Known = Omit<KnownUser, 'newer'> & { readonly newer: readonly NewerSale[] };

function answer(
  { run, stored, newer, missing }: Known,
  { wishes, catalogue, nowMs }: Asked,
): Recommendations {
  const { list, n, because, ...filters } = wishes;
  if (!run) return { ...NO_RUN, list, missing: [...missing] };
  const { engine } = run;
  const eligible = eligibleProducts(catalogue, engine.products, filters, nowMs);
  const found = engine.recommend(stored, newer, { list, n, eligible, because });
  return {
    list,
    source: found.source,
    missing: [...missing],
    run: { run: run.run, newestSaleMs: run.newestSaleMs },
    momentMs: found.momentMs,
    newerSales: found.newerSales,
    newestSaleMs: found.newestSaleMs ?? null,
    unknownProducts: [...found.unknownProducts],
    products: productsOf(found, { run, catalogue, because }),
  };
}

const NO_RUN = {
  source: 'noRun',
  run: null,
  momentMs: null,
  newerSales: 0,
  newestSaleMs: null,
  unknownProducts: [],
  products: [],
} satisfies Partial<Recommendations>;

function productsOf(
  { products }: EngineAnswer,
  { run, catalogue, because }: { run: LoadedRun; catalogue: Catalogue; because: boolean },
): Recommendations['products'] {
  const named = createNaming(run.engine.products, catalogue);
  return products.map(({ number, score, because: reasons }, index) => ({
    ...named(number),
    rank: index + 1,
    score,
    ...(because && {
      because: reasons.map((reason) => ({ ...named(reason.number), share: reason.share })),
    }),
  }));
}

/** The part of an entity tag that names a run. */
export const runOf = (run: LoadedRun | undefined) => (run ? [run.run, run.attempt] : null);
