import { INDEX_KEY } from '../lambdas/shared/contract/keys.ts';

/** The parts of a CloudFront viewer request that the function uses. */
export interface DoorEvent {
  readonly viewer: { readonly ip: string };
  readonly request: { readonly uri: string };
}

export interface DoorSettings {
  /** Path that `/` redirects to. */
  readonly index: string;
  /** The address ranges that may read: the first address of each, and the mask of its fixed bits. */
  readonly ranges: readonly (readonly [first: number, mask: number])[];
}

/**
 * A CloudFront Function that admits only the listed addresses to the site, and redirects `/` to the index page.
 *
 * CloudFront runs the source text of this function. It must therefore not refer to anything outside itself, and may use
 * only what CloudFront's JavaScript runtime supports.
 *
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html
 */
export function door(event: DoorEvent, settings: DoorSettings): object {
  const parts = event.viewer.ip.split('.');
  let address = 0;
  for (let index = 0; index < 4; index++) address = address * 256 + Number(parts[index]);
  const isListed = settings.ranges.some((range) => (address & range[1]) >>> 0 === range[0]);
  if (parts.length !== 4 || !isListed) return { statusCode: 403, statusDescription: 'Forbidden' };
  if (event.request.uri === '/')
    return { statusCode: 302, statusDescription: 'Found', headers: { location: { value: settings.index } } };
  return event.request;
}

/**
 * Parses an IPv4 address or range into its first address and the mask of its fixed bits.
 *
 * @example rangeOf('203.0.113.7/24') // [3405803776, -256]: the range starts at 203.0.113.0
 */
export function rangeOf(text: string): readonly [number, number] {
  const [ip = '', bits = '32'] = text.split('/');
  const address = ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  // JavaScript takes shift counts modulo 32, so a shift by 32 bits would do nothing.
  const mask = bits === '0' ? 0 : -1 << (32 - Number(bits));
  return [(address & mask) >>> 0, mask];
}

/**
 * Returns the source of the CloudFront Function.
 *
 * @param allowFrom IPv4 addresses and ranges that are admitted.
 */
export function doorCode(allowFrom: readonly string[]): string {
  const settings: DoorSettings = { index: `/${INDEX_KEY}`, ranges: allowFrom.map(rangeOf) };
  return `function handler(event) { return (${door.toString()})(event, ${JSON.stringify(settings)}); }`;
}
