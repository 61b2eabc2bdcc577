import type { Router } from '../../shared/http/router.ts';
import type { SignInSettings } from '../../shared/web/shop-settings.ts';
import { SHOP_ROUTE } from './address.ts';
import type { ShopRoutes } from './routes.ts';

/**
 * Adds the shop page to a router.
 *
 * @param signIn Undefined: there is no page, and the router stays as it is.
 */
export function withShop(router: Router, signIn: SignInSettings | undefined): Router {
  if (signIn === undefined) return router;
  let routes: ShopRoutes | undefined;
  return async (event, parts) => {
    const { routeKey, headers = {} } = (event ?? {}) as {
      readonly routeKey?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    };
    if (routeKey !== SHOP_ROUTE) return router(event, parts);
    // Few requests ask for it, and a start should not wait for it.
    const { createShopRoutes } = await import('./routes.ts');
    routes ??= createShopRoutes({ users: [], signIn });
    return routes[SHOP_ROUTE]({ headers });
  };
}
