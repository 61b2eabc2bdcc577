import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ROUTES, routeKeyOf } from '../../lambdas/shared/contract/api/routes.ts';
import { matchRoute } from '../../lambdas/shared/http/match.ts';

/**
 * Makes the event that an HTTP API of API Gateway sends for a request (payload format 2.0). The gateway chooses the route and decodes
 * path and parameters; here a slash in an id may be percent-encoded, which the gateway takes for a slash between segments.
 *
 * @param url As in the request line.
 * @throws {URIError} If the path is not percent-encoded UTF-8.
 */
export function toHttpEvent(
  { method = 'GET', url = '/', headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  body: Buffer,
) {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const match = matchRoute(method, path);
  return {
    version: '2.0',
    routeKey: match.kind === 'operation' ? routeKeyOf(ROUTES[match.operation]) : '$default',
    rawPath: decodeURIComponent(path),
    rawQueryString: mark < 0 ? '' : url.slice(mark + 1),
    headers: Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, Array.isArray(value) ? value.join(',') : value]],
      ),
    ),
    ...(match.kind === 'operation' && {
      pathParameters: Object.fromEntries(
        Object.entries(match.params).map(([name, segment]) => [name, decodeURIComponent(segment)]),
      ),
    }),
    requestContext: { requestId: randomUUID(), http: { method, path } },
    body: body.toString('base64'),
    isBase64Encoded: true,
  };
}
