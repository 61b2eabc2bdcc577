import { createCatalogueRoutes } from '../../../lambdas/catalogue/routes.ts';
import { createCollectRoutes } from '../../../lambdas/collect/routes.ts';
import type { SalesTopic } from '../../../lambdas/collect/sales-topic.ts';
import { createErasuresRoutes } from '../../../lambdas/erasures/routes.ts';
import { createRouter } from '../../../lambdas/shared/http/router.ts';
import { PLAIN_IDS } from '../../../lambdas/shared/privacy/person-ids.ts';
import { createPersonKey } from '../../../lambdas/shared/privacy/person-key.ts';
import { createSaleParser } from '../../../lambdas/shared/sales/sale.ts';
import type { ApiOptions } from '../../../local/api/server.ts';
import { versionedLake } from '../../../local/lake/versioned-lake.ts';
import { openShop } from '../../lambdas/serve/shop.ts';

/** All stages over stores in memory. What is put on the topic is remembered at once. */
export function createStages(shop = openShop()) {
  const parts = { log: shop.sources.log, authorisation: { auth: 'none' } } as const;
  const { log, nowMs } = shop.sources;
  const parse = createSaleParser({});
  let next = 100;
  const topic: SalesTopic = {
    async put(sales, timestampMs) {
      const addresses = sales.map(({ key, value, id }) => {
        const offset = next++;
        const sale = parse(value, timestampMs);
        if ('rejected' in sale) throw new Error(`collect accepted what the topic rejects: ${sale.rejected}`);
        const { product, quantity, atMs, type } = sale;
        const address = { source: '0a1b2c3d', topic: 'sales', partition: 0, offset, kafkaMs: timestampMs };
        shop.remember(key, product, { quantity, atMs, type, address, ...(id !== undefined && { id }) });
        return { topic: 'sales', partition: 0, offset };
      });
      return { addresses, error: undefined };
    },
    close: async () => undefined,
  };
  const collect = createRouter(createCollectRoutes({ topic, fieldMap: {}, log, nowMs }));
  const catalogue = createRouter(createCatalogueRoutes({ lake: shop.lake, log }));
  const { lake } = versionedLake();
  const key = createPersonKey('0123456789abcdef0123456789abcdef');
  const erasedAtMs = () => Date.UTC(2026, 5, 30, 12);
  const erasures = createRouter(createErasuresRoutes({ lake, key, ids: PLAIN_IDS, nowMs: erasedAtMs }));
  const stages: ApiOptions['stages'] = {
    serve: (event) => shop.router(event, parts),
    collect: (event) => collect(event, parts),
    catalogue: (event) => catalogue(event, parts),
    erasures: (event) => erasures(event, parts),
  };
  return stages;
}
