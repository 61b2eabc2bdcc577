import { PREFIX, parseNumberedKey, tombstonesKey } from '../shared/contract/keys.ts';
import type { Window } from '../shared/contract/schemas.ts';
import type { Lake } from '../shared/platform/lake.ts';

/**
 * Names the tombstones of all erasures until now.
 *
 * @returns undefined if there are none.
 * @throws {Error} If one is missing: a run without it would know a user who was forgotten.
 */
export async function readTombstoneInputs(lake: Lake): Promise<Window['tombstones']> {
  const objects: { readonly key: string; readonly sizeBytes: number }[] = [];
  for await (const { key, sizeBytes } of lake.list(PREFIX.tombstones)) {
    if (parseNumberedKey(PREFIX.tombstones, key) === undefined) continue;
    const next = tombstonesKey(objects.length + 1);
    if (key !== next) throw new Error(`Cannot name the tombstones: ${next} is missing, but ${key} exists`);
    objects.push({ key, sizeBytes });
  }
  return objects.length === 0 ? undefined : { through: objects.length, objects };
}
