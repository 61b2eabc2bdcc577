import type { ApiOptions } from '../../../local/api/server.ts';
import { openShop } from '../../lambdas/serve/shop.ts';

/** All stages over stores in memory. */
export function createStages(shop = openShop()): ApiOptions['stages'] {
  const parts = { log: shop.sources.log, authorisation: { auth: 'none' } } as const;
  return { serve: (event) => shop.router(event, parts) };
}
