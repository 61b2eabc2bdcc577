import type { StageRoutes } from '../shared/contract/api/operation.ts';
import type { Authorisation } from '../shared/http/authorise.ts';
import { explorerOfUser } from './explorer.ts';
import { historyOfUser } from './history.ts';
import { listProducts, relatedProducts } from './product-lists.ts';
import { recommendForHistory, recommendToUser } from './recommend.ts';
import { loadedRun, type Sources } from './sources.ts';

/** Creates the operations of serve. */
export function createServeRoutes(sources: Sources, auth: Authorisation['auth']): StageRoutes<'serve'> {
  let document: Readonly<Record<string, unknown>> | undefined;
  return {
    recommendations: (request) => recommendToUser(request, sources),
    recommendationsFor: (request) => recommendForHistory(request, sources),
    similar: (request) => relatedProducts(request, sources),
    together: (request) => relatedProducts(request, sources),
    popular: (request) => listProducts(request, sources),
    trending: (request) => listProducts(request, sources),
    history: (request) => historyOfUser(request, sources),
    explorer: (request) => explorerOfUser(request, sources),
    health: () => ({ status: 200, body: { status: 'ok' } }),
    ready: async () => {
      const { run, newestSaleMs } = await loadedRun(sources);
      return { status: 200, body: { status: 'ready', run: { run, newestSaleMs } } };
    },
    openapi: async () => {
      // Few requests ask for it, and a start should not wait for it.
      const { openapiDocument } = await import('../shared/contract/api/openapi.ts');
      document ??= openapiDocument(auth);
      return { status: 200, body: document };
    },
  };
}
