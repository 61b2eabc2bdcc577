import { addProducts, putProduct } from './catalogue.ts';
import { erasure, forgetUser } from './erasures.ts';
import { explorer } from './explorer.ts';
import { history } from './history.ts';
import type { Operation } from './operation.ts';
import { popular, similar, together, trending } from './products.ts';
import { recommendations, recommendationsFor } from './recommendations.ts';
import type { OperationId } from './routes.ts';
import { addSales } from './sales.ts';
import { health, openapi, ready } from './service.ts';

/** The contract of every operation, by the id that its route has in `ROUTES`. */
export const OPERATIONS = {
  recommendations,
  recommendationsFor,
  similar,
  together,
  popular,
  trending,
  history,
  explorer,
  addSales,
  putProduct,
  addProducts,
  forgetUser,
  erasure,
  health,
  ready,
  openapi,
} as const satisfies Record<OperationId, Operation>;
