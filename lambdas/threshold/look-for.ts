import { PREFIX } from '../shared/contract/keys.ts';
import type { Notice } from '../shared/platform/answer-messages.ts';
import type { Look } from './threshold.ts';

/**
 * Chooses the one look that answers all notices of an event.
 *
 * @example lookFor([{ messageId: 'm', kind: 'sweep', all: false }]) // { how: 'sweep' }
 */
export function lookFor(notices: readonly Notice[]): Look {
  if (notices.some((notice) => notice.kind === 'sweep' && notice.all)) return { how: 'full' };
  const keys = notices.flatMap((notice) => (notice.kind === 'object' ? [notice.key] : []));
  const isSweep = notices.some((notice) => notice.kind !== 'object') || keys.some(endsRun);
  return isSweep ? { how: 'sweep' } : { how: 'event', keys };
}

/** Returns whether the next window can be cut after this object was written. */
const endsRun = (key: string): boolean =>
  key.startsWith(PREFIX.manifests) || (key.startsWith(PREFIX.attempts) && key.endsWith('/failed.json'));
