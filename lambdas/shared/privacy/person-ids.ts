import type { PersonKey } from './person-key.ts';
import type { Privacy } from './settings.ts';

/** Turns ids as the shop spells them into ids as they are stored. */
export type PersonIds = PlainIds | KeyedIds;

export interface PlainIds {
  readonly mode: 'plain';
  /** Returns the id itself. */
  stored(id: string): string;
}

export interface KeyedIds {
  readonly mode: 'keyed';
  /** Returns the pseudonym of an id of a user, an order or a sale. */
  stored(id: string): string;
  /** Returns the keyed hash of bytes that are not stored themselves, in 64 hex digits. */
  hashOf(bytes: Uint8Array): string;
}

/** @param key Needed only if ids are keyed. */
export function createPersonIds(mode: Privacy['userIds'], key: PersonKey | undefined): PersonIds {
  if (mode === 'plain') return PLAIN_IDS;
  if (!key) throw new Error('Cannot store keyed ids: there is no secret');
  return { mode, stored: keeping((id) => key.pseudonym(id)), hashOf: (bytes) => key.hashOf(bytes) };
}

/** Users and orders come again in the sales that follow. A pseudonym takes 2 µs to compute and about 200 bytes to keep. */
const MOST_KEPT = 20_000;

/** Keeps results, and forgets all of them when there are too many. */
function keeping(compute: (id: string) => string): (id: string) => string {
  const kept = new Map<string, string>();
  return (id) => {
    const found = kept.get(id);
    if (found !== undefined) return found;
    if (kept.size === MOST_KEPT) kept.clear();
    const made = compute(id);
    kept.set(id, made);
    return made;
  };
}

/** Ids are stored as they came. */
export const PLAIN_IDS: PlainIds = { mode: 'plain', stored: (id) => id };
