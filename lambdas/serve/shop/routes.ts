import { createHash } from 'node:crypto';
import type { HttpResult } from '../../shared/http/event.ts';
import { SHOP_ROUTE } from './address.ts';
import { type ShopPageOptions, shopPage } from './shop-page.ts';

export interface ShopRequest {
  /** In lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** The functions that answer requests for the page, by the key of the route. */
export type ShopRoutes = Readonly<Record<typeof SHOP_ROUTE, (request: ShopRequest) => HttpResult>>;

/**
 * Creates the route of the page. The page is built once, at the first request.
 *
 * Anybody may read it: it holds no data, and what it asks the API for needs the token of whoever signed in.
 */
export function createShopRoutes(options: ShopPageOptions): ShopRoutes {
  let built: { readonly body: string; readonly etag: string } | undefined;
  const build = () => {
    const body = shopPage(options);
    return { body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` };
  };
  return {
    [SHOP_ROUTE]: ({ headers }) => {
      built ??= build();
      const isKnown = headers['if-none-match'] === built.etag;
      return {
        statusCode: isKnown ? 304 : 200,
        headers: { ...HEADERS, etag: built.etag },
        body: isKnown ? '' : built.body,
        isBase64Encoded: false,
      };
    },
  };
}

/** The page has its content security policy in its head; who may embed it can only be said in a header. */
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-cache',
  'content-security-policy': "frame-ancestors 'none'",
  // The address has the issuer's code for a moment.
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;
