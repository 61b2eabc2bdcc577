import { INDEX_KEY } from '../lambdas/shared/contract/keys.ts';

/** What CloudFront tells of a request, as far as the door looks. */
export interface DoorEvent {
  readonly viewer: { readonly ip: string };
  readonly request: { readonly uri: string };
}

/** Where the root leads, and who may come in: the first address of each range and its fixed bits, as numbers. */
export interface DoorSettings {
  readonly index: string;
  readonly ranges: readonly (readonly [first: number, mask: number])[];
}

/**
 * The door of the site, a CloudFront Function: it lets listed addresses in. It runs at CloudFront as the text of itself,
 * so it uses nothing from outside of it, and only what CloudFront's own JavaScript has.
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

/** @example rangeOf('203.0.113.7/24') // [3405803776, -256], that is 203.0.113.0 */
export function rangeOf(text: string): readonly [number, number] {
  const [ip = '', bits = '32'] = text.split('/');
  const address = ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  // A shift by 32 bits would shift by none.
  const mask = bits === '0' ? 0 : -1 << (32 - Number(bits));
  return [(address & mask) >>> 0, mask];
}

/** The door as CloudFront takes it. @param allowFrom IPv4 addresses and ranges. */
export function doorCode(allowFrom: readonly string[]): string {
  const settings: DoorSettings = { index: `/${INDEX_KEY}`, ranges: allowFrom.map(rangeOf) };
  return `function handler(event) { return (${door.toString()})(event, ${JSON.stringify(settings)}); }`;
}
