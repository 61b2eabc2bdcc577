import { type OperationId, ROUTES, routeKeyOf } from '../contract/api/routes.ts';

/** The result of looking up an address in the route table. */
export type Match =
  | {
      readonly kind: 'operation';
      readonly operation: OperationId;
      /** As in the path, without a prototype. */
      readonly params: Readonly<Record<string, string>>;
    }
  /** The address exists, but not with this method. */
  | { readonly kind: 'otherMethod'; readonly allowed: readonly string[] }
  | { readonly kind: 'none' };

const IDS = Object.keys(ROUTES) as OperationId[];
const BY_ROUTE_KEY = new Map(IDS.map((id) => [routeKeyOf(ROUTES[id]), id]));
const PATTERNS = IDS.map((id) => ({ id, method: ROUTES[id].method, segments: ROUTES[id].path.split('/') }));

/** @returns The operation of a route of the gateway; undefined if it is not in the table. */
export const operationOf = (routeKey: string): OperationId | undefined => BY_ROUTE_KEY.get(routeKey);

/**
 * Finds the operation of an address. HEAD is answered as GET.
 *
 * @param path Percent-encoded or not: a segment is compared and taken as it is. A slash at the end is ignored.
 *
 * @example
 * matchRoute('GET', '/v1/popular').kind // 'operation'
 */
export function matchRoute(method: string, path: string): Match {
  const segments = (path.length > 1 ? path.replace(/\/$/, '') : path).split('/');
  const allowed = new Set<string>();
  const wanted = method === 'HEAD' ? 'GET' : method;
  for (const pattern of PATTERNS) {
    const params = paramsOf(pattern.segments, segments);
    if (!params) continue;
    if (pattern.method === wanted) return { kind: 'operation', operation: pattern.id, params };
    allowed.add(pattern.method);
  }
  if (allowed.size === 0) return { kind: 'none' };
  if (allowed.has('GET')) allowed.add('HEAD');
  return { kind: 'otherMethod', allowed: [...allowed, 'OPTIONS'] };
}

function paramsOf(
  pattern: readonly string[],
  segments: readonly string[],
): Readonly<Record<string, string>> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = Object.create(null);
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (!part.startsWith('{')) {
      if (part !== segment) return undefined;
    } else if (segment === '') return undefined;
    else params[part.slice(1, -1)] = segment;
  }
  return params;
}
