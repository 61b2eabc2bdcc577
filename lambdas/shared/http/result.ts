import type { Reply } from '../contract/api/operation.ts';
import type { HttpRequest, HttpResult } from './event.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

/** Answers are about one caller, and a cache has to ask each time whether they are still right. */
const DEFAULTS = {
  'cache-control': 'private, no-cache',
  vary: 'authorization',
  'x-content-type-options': 'nosniff',
} as const;

/** Formats an answer for the gateway. The answer to HEAD has no body, and the headers of GET. */
export function resultOf(
  { method }: Pick<HttpRequest, 'method'>,
  { status, headers = {}, body }: Reply,
): HttpResult {
  const text = body === undefined ? '' : JSON.stringify(body);
  return {
    statusCode: status,
    headers: {
      ...DEFAULTS,
      ...(body !== undefined && { 'content-type': JSON_TYPE }),
      ...headers,
    },
    body: method === 'HEAD' ? '' : text,
    isBase64Encoded: false,
  };
}
