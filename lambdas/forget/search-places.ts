import { highest } from '../shared/contract/numbers.ts';
import { FROM_THE_START } from './first-progress.ts';
import type { ErasureUsers } from './forgotten.ts';
import type { WorkerParts } from './parts.ts';
import { type Place, TABLE, together } from './places.ts';
import type { Work } from './progress.ts';

/** Removes users from everything outside the bucket. @returns false if the time is over before the end. */
export async function searchPlaces(
  work: Work,
  users: readonly ErasureUsers[],
  parts: WorkerParts,
): Promise<boolean> {
  for (const place of parts.places.slice(work.at.places)) {
    if (!(await searchPlace(place, { work, users, parts }))) return false;
    await work.save({ places: work.at.places + 1, cursor: '' });
  }
  await work.save({ step: 'scan', ...FROM_THE_START });
  return true;
}

/** Searches a place from where the work is. @returns false if the time is over before the end. */
async function searchPlace(
  place: Place,
  {
    work,
    users,
    parts,
  }: { readonly work: Work; readonly users: readonly ErasureUsers[]; readonly parts: WorkerParts },
): Promise<boolean> {
  while (work.at.cursor !== DONE) {
    if (parts.isLate()) return false;
    const { removed, next = DONE } = await place.remove(users, work.at.cursor);
    await work.save({ outside: together(work.at.outside, removed), cursor: next });
  }
  return true;
}

/** The place is done, and the work continues with the next one. */
const DONE = 'done';

/**
 * Searches the table once more, when every process that had not read the tombstones has ended: remember may have stored a sale after
 * the first search. The wait begins when the worker has seen that the tombstones exist. They may be younger than the requests: then the
 * process of a request ended before it wrote them, and the worker did.
 */
export async function searchTableAgain(
  work: Work,
  users: readonly ErasureUsers[],
  parts: WorkerParts,
): Promise<'done' | 'more' | 'waiting'> {
  const table = parts.places.find(({ name }) => name === TABLE);
  if (table) {
    const seenAtMs = Math.max(work.at.startedAtMs, highest(users.map(({ untilMs }) => untilMs)));
    if (parts.nowMs() < seenAtMs + parts.settlesSeconds * 1000) return 'waiting';
    if (!(await searchPlace(table, { work, users, parts }))) return 'more';
  }
  await work.save({ step: 'receipt' });
  return 'done';
}
