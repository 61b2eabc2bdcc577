import type { ApiRequest, Reply } from '../shared/contract/api/operation.ts';
import { etagOf, unlessKnown } from '../shared/http/conditional.ts';
import { ProblemError } from '../shared/http/problem-error.ts';
import { eligibleProducts } from './catalogue/eligible.ts';
import type { Query, Scored } from './engine.ts';
import type { LoadedRun } from './load-run.ts';
import { createNaming, type NamedProduct, ranked } from './names.ts';
import { runOf } from './recommend.ts';
import { catalogueFor, loadedRun, type Sources } from './sources.ts';

type ListOperation = 'popular' | 'trending';
type RelatedOperation = 'similar' | 'together';
type Choice = Pick<Query, 'n' | 'eligible'>;

/** Answers `popular` and `trending`. */
export async function listProducts(request: ApiRequest<ListOperation>, sources: Sources): Promise<Reply> {
  const run = await loadedRun(sources);
  const { operation } = request;
  return choose(request, { run, sources, about: undefined, pick: (choice) => run.engine[operation](choice) });
}

/** Answers `similar` and `together`. */
export async function relatedProducts(
  request: ApiRequest<RelatedOperation>,
  sources: Sources,
): Promise<Reply> {
  const run = await loadedRun(sources);
  const { operation, params } = request;
  const number = run.engine.products.numberOf(params.product);
  if (number === undefined)
    throw new ProblemError(
      'unknown-product',
      `Run ${run.run} does not know the product ${JSON.stringify(params.product)}`,
    );
  return choose(request, {
    run,
    sources,
    about: number,
    pick: (choice) => run.engine[operation](number, choice),
  });
}

interface Choosing {
  readonly run: LoadedRun;
  readonly sources: Sources;
  /** The product that the list is about; undefined if it is about none. */
  readonly about: number | undefined;
  readonly pick: (choice: Choice) => readonly Scored[];
}

async function choose(
  { operation, query, headers }: Pick<ApiRequest<'popular'>, 'query' | 'headers'> & { operation: string },
  { run, sources, about, pick }: Choosing,
): Promise<Reply> {
  const catalogue = await catalogueFor(query, sources);
  const nowMs = sources.nowMs();
  const etag = etagOf(operation, runOf(run), catalogue.versionAt(nowMs), about, query);
  return unlessKnown(headers, etag, () => {
    const { n, ...filters } = query;
    const { products } = run.engine;
    const named = createNaming(products, catalogue);
    const eligible = eligibleProducts(catalogue, products, filters, nowMs);
    const subject: Partial<NamedProduct> = about === undefined ? {} : named(about);
    return {
      status: 200,
      body: {
        ...subject,
        run: { run: run.run, newestSaleMs: run.newestSaleMs },
        products: ranked(pick({ n, eligible }), named),
      },
    };
  });
}
