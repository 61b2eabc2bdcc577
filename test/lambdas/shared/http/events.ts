import { ROUTES, routeKeyOf } from '../../../../lambdas/shared/contract/api/routes.ts';
import { matchRoute } from '../../../../lambdas/shared/http/match.ts';

export interface EventOptions {
  readonly method?: string;
  /** Address with its query, percent-encoded. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly authorizer?: unknown;
}

/** Makes the event that an HTTP API sends for a request: the path is decoded, and the route is chosen. */
export function httpEvent({ method = 'GET', url, headers = {}, body, authorizer }: EventOptions) {
  const [path = '', query = ''] = url.split('?');
  const match = matchRoute(method, path);
  const decoded = (text: string) => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  };
  return {
    version: '2.0',
    routeKey: match.kind === 'operation' ? routeKeyOf(ROUTES[match.operation]) : '$default',
    rawPath: decoded(path),
    rawQueryString: query,
    headers: { host: 'api.example', ...headers },
    ...(match.kind === 'operation' && {
      pathParameters: Object.fromEntries(
        Object.entries(match.params).map(([name, value]) => [name, decoded(value)]),
      ),
    }),
    requestContext: {
      requestId: 'request-1',
      http: { method, path: decoded(path), protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
      ...(authorizer !== undefined && { authorizer }),
    },
    ...(body !== undefined && {
      body: Buffer.isBuffer(body) ? body.toString('base64') : body,
    }),
    isBase64Encoded: Buffer.isBuffer(body),
  };
}
