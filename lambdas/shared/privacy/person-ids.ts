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
  return { mode, stored: (id) => key.pseudonym(id), hashOf: (bytes) => key.hashOf(bytes) };
}

/** Ids are stored as they came. */
export const PLAIN_IDS: PlainIds = { mode: 'plain', stored: (id) => id };
