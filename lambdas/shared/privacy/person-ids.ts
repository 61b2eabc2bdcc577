import type { PersonKey } from './person-key.ts';
import type { Privacy } from './settings.ts';

/** Turns ids as the shop spells them into ids as they are stored. */
export interface PersonIds {
  readonly mode: Privacy['userIds'];
  /** Returns the id itself in plain mode, otherwise its pseudonym. For users, orders and sales. */
  stored(id: string): string;
}

/** @param key Needed only if ids are keyed. */
export function createPersonIds(mode: Privacy['userIds'], key: PersonKey | undefined): PersonIds {
  if (mode === 'plain') return PLAIN_IDS;
  if (!key) throw new Error('Cannot store keyed ids: there is no secret');
  return { mode, stored: (id) => key.pseudonym(id) };
}

/** Ids are stored as they came. */
export const PLAIN_IDS: PersonIds = { mode: 'plain', stored: (id) => id };
