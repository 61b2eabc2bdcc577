import * as z from 'zod';

/**
 * The event that an HTTP API of API Gateway sends (payload format 2.0), as far as it is read here.
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export const HttpEvent = z.object({
  version: z.literal('2.0'),
  /** The route that matched, such as `GET /v1/users/{user}/history`; `$default` if none did. */
  routeKey: z.string(),
  rawPath: z.string(),
  rawQueryString: z.string().default(''),
  headers: z.record(z.string(), z.string()).default({}),
  /** Decoded by the gateway. */
  pathParameters: z.record(z.string(), z.string()).nullish(),
  requestContext: z.object({
    requestId: z.string().default('unknown'),
    http: z.object({ method: z.string() }),
    authorizer: z
      .object({
        jwt: z
          .object({
            claims: z.record(z.string(), z.unknown()).default({}),
            scopes: z.array(z.string()).nullish(),
          })
          .optional(),
        iam: z.looseObject({ userArn: z.string().nullish() }).optional(),
      })
      .nullish(),
  }),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().default(false),
});
export type HttpEvent = z.output<typeof HttpEvent>;

/** An HTTP request, whatever it came by. */
export interface HttpRequest {
  readonly method: string;
  /** Of the route that the gateway matched; undefined if it matched none. */
  readonly routeKey: string | undefined;
  /** Decoded. */
  readonly path: string;
  /** Decoded values by parameter, without a prototype: `__proto__` may be a name. */
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** In lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  /** How the gateway has authorised the request. */
  readonly caller: Caller;
  readonly requestId: string;
}

/** Who sent a request, as the gateway says. */
export interface Caller {
  readonly isSigned: boolean;
  /** ARN of the AWS identity; undefined without a signature. */
  readonly arn?: string | undefined;
  /** Undefined without a token. */
  readonly token:
    | { readonly claims: Readonly<Record<string, unknown>>; readonly scopes: readonly string[] }
    | undefined;
}

/**
 * Reads the event of an HTTP API.
 *
 * @throws {TypeError} If it is another event: the function was invoked directly, or by a gateway with another payload format.
 */
export function readEvent(event: unknown): HttpRequest {
  const result = HttpEvent.safeParse(event);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new TypeError(
      `Cannot read the event: ${issue?.path.join('.')}: ${issue?.message}; it should be of an HTTP API with payload format 2.0`,
    );
  }
  const {
    routeKey,
    rawPath,
    rawQueryString,
    headers,
    pathParameters,
    requestContext,
    body,
    isBase64Encoded,
  } = result.data;
  const jwt = requestContext.authorizer?.jwt;
  return {
    method: requestContext.http.method.toUpperCase(),
    routeKey: routeKey === '$default' ? undefined : routeKey,
    path: rawPath,
    pathParameters: Object.assign(Object.create(null), pathParameters),
    query: new URLSearchParams(rawQueryString),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    bytes: Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8'),
    caller: {
      isSigned: requestContext.authorizer?.iam !== undefined,
      arn: requestContext.authorizer?.iam?.userArn ?? undefined,
      token: jwt && { claims: jwt.claims, scopes: [...(jwt.scopes ?? []), ...scopesOf(jwt.claims)] },
    },
    requestId: requestContext.requestId,
  };
}

/** The two claims that issuers use: `scope`, separated by blanks (RFC 8693), and `scp`. The gateway writes a list as `[a b]`. */
function scopesOf(claims: Readonly<Record<string, unknown>>): string[] {
  return [claims.scope, claims.scp].flatMap((claim) => {
    if (Array.isArray(claim)) return claim.map(String);
    return typeof claim === 'string' ? claim.replace(/^\[|\]$/g, '').split(/[\s,]+/) : [];
  });
}

/** The answer of a function to an HTTP API. */
export interface HttpResult {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded: false;
}

/**
 * Names who asks, for a record that is kept. The session of a role is left out, because it often is a person's e-mail address; so is
 * the subject of a token, because it may be the user of the request.
 *
 * @param onlyUser As `authorise` returns it.
 * @example askerOf({ isSigned: true, token: undefined, arn: 'arn:aws:sts::111122223333:assumed-role/ops/ann' }, undefined)
 * // 'arn:aws:sts::111122223333:assumed-role/ops'
 */
export function askerOf({ arn, isSigned, token }: Caller, onlyUser: string | undefined): string {
  if (arn !== undefined) return arn.replace(/(:assumed-role\/[^/]+)\/.*$/, '$1');
  if (isSigned) return 'an AWS identity';
  if (!token) return 'this machine';
  if (onlyUser !== undefined) return 'the user, with a token';
  const client = [token.claims.client_id, token.claims.azp].find((claim) => typeof claim === 'string');
  return client === undefined ? 'a token' : `a token of the client ${client}`;
}
