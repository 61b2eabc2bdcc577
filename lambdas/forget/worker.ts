import { writeTombstones } from '../erasures/request.ts';
import { ErasureRequest, erasureRequestKey, type Progress } from '../shared/contract/erasure.ts';
import { PREFIX } from '../shared/contract/keys.ts';
import { type Lake, readJson } from '../shared/platform/lake.ts';
import type { Log } from '../shared/platform/log.ts';
import { removeAll } from './bucket.ts';
import { firstProgress } from './first-progress.ts';
import type { ErasureUsers } from './forgotten.ts';
import type { WorkerParts } from './parts.ts';
import { passOver } from './pass.ts';
import { afterPass, afterScan, beginPasses, nextPass } from './passes.ts';
import { beginWork, continueWork, type Work, WorkTaken } from './progress.ts';
import { finishErasures, finishSweep } from './receipt.ts';
import { scanAll } from './scan.ts';
import { searchPlaces, searchTableAgain } from './search-places.ts';
import { windowsWithout } from './settle.ts';
import { beginSweep, findSweepUsers, readSweepUsers } from './sweep.ts';

/** The result of a call of the worker. */
export interface Worked {
  /**
   * `idle`: there is no work. `held`: another worker has it. `more`: the time is over, and there is more to do. `waiting`: windows in
   * flight have to end first, or the tombstones are not old enough.
   */
  readonly state: 'idle' | 'held' | 'more' | 'waiting';
  /** Erasures that were finished by this call, ascending. */
  readonly finished: readonly number[];
  /** True if the worker has to be called again after {@link LOOK_AGAIN_SECONDS}. */
  readonly looksAgain?: true;
}

/** After this time the worker looks again whether it can continue. */
export const LOOK_AGAIN_SECONDS = 30;

/**
 * Does the work that there is: the erasures without a receipt, all that are open in the same passes, and then a sweep if it is due.
 * Wherever it is interrupted, the next call continues.
 *
 * @param sweeps Whether to look for users that were stored again.
 */
export async function workOnErasures(sweeps: boolean, parts: WorkerParts): Promise<Worked> {
  const finished: number[] = [];
  try {
    for (;;) {
      const work =
        (await continueWork(parts)) ??
        (await beginErasures(parts)) ??
        (sweeps ? await beginSweep(parts) : undefined);
      if (!work) return { state: 'idle', finished };
      const { erasures } = work.at;
      const state = await advance(work, parts);
      if (state !== 'done') {
        const looksAgain = state === 'waiting' && work.at.lookAgainAtMs <= parts.nowMs();
        await work.release(looksAgain ? { lookAgainAtMs: parts.nowMs() + LOOK_AGAIN_SECONDS * 1000 } : {});
        return { state, finished, ...(looksAgain && { looksAgain }) };
      }
      finished.push(...erasures);
      // A sweep begins at most once in a call.
      if (erasures.length === 0) sweeps = false;
    }
  } catch (error) {
    if (error instanceof WorkTaken) return { state: 'held', finished };
    throw error;
  }
}

/** Takes all requests without a receipt. @returns undefined if there are none. */
async function beginErasures(parts: WorkerParts): Promise<Work | undefined> {
  const { open, tooLate } = await listRequests(parts.lake);
  for (const erasure of tooLate) await removeAll(parts.bucket, erasureRequestKey(erasure));
  const through = open.at(-1);
  if (through === undefined) return undefined;
  // A process that ended in between may have stored a request without its tombstones.
  for (const request of await readRequests(open, parts.lake))
    await writeTombstones(parts.lake, request, parts.key);
  return beginWork(
    await firstProgress({ erasures: open, step: 'bucket', through, storedFromMs: 0 }, parts),
    parts,
  );
}

/** Returns the numbers of the requests that have no receipt, ascending. */
export const openErasures = async (lake: Lake): Promise<number[]> => (await listRequests(lake)).open;

/** The numbers of requests, ascending. */
interface Requests {
  /** They have no receipt. */
  readonly open: number[];
  /** They took the number of an erasure that had ended already. Their users have been requested again with another number. */
  readonly tooLate: number[];
}

async function listRequests(lake: Lake): Promise<Requests> {
  const requests: number[] = [];
  const receipts = new Set<number>();
  for await (const { key } of lake.list(PREFIX.erasures)) {
    const [, number, isRequest] = /^erasures\/(\d{8,})(?:(\/request)?\.json)$/.exec(key) ?? [];
    if (number === undefined) continue;
    if (isRequest === undefined) receipts.add(Number(number));
    else requests.push(Number(number));
  }
  return {
    open: requests.filter((number) => !receipts.has(number)),
    tooLate: requests.filter((number) => receipts.has(number)),
  };
}

/** Does one step after the other. */
async function advance(work: Work, parts: WorkerParts): Promise<'done' | 'more' | 'waiting'> {
  const { erasures } = work.at;
  const requests = await readRequests(erasures, parts.lake);
  const readUsers = async (): Promise<ErasureUsers[]> =>
    erasures.length > 0 ? requests.map(toUsers) : readSweepUsers(parts.lake);
  let users = await readUsers();
  for (;;) {
    parts.log.info('Forgetting', { erasures, step: work.at.step, pass: work.at.pass, done: work.at.done });
    if (work.at.step !== 'receipt' && parts.isLate()) return 'more';
    switch (work.at.step) {
      case 'users':
        if (!(await findSweepUsers(work, parts))) return 'more';
        users = await readUsers();
        await (users.length > 0 ? beginPasses(work, parts) : work.save({ step: 'receipt' }));
        break;
      case 'bucket':
        if (!(await passOver(work, users, parts))) return 'more';
        await afterPass(work, parts);
        break;
      case 'waiting':
        if ((await windowsWithout(parts.lake, work.at.through)).length > 0) return 'waiting';
        await nextPass(work, parts);
        break;
      case 'outside':
        if (!(await searchPlaces(work, users, parts))) return 'more';
        break;
      case 'scan':
        if (!(await scanAll(work, users, parts))) return 'more';
        await afterScan(work, parts);
        break;
      case 'settle': {
        const state = await searchTableAgain(work, users, parts);
        if (state !== 'done') return state;
        break;
      }
      case 'receipt':
        await (erasures.length > 0 ? finishErasures(work.at, requests, parts) : finishSweep(work.at, parts));
        report(work.at, parts.log);
        return 'done';
    }
  }
}

/** Reads the requests that are still there: at the end they are removed one after the other. */
async function readRequests(erasures: readonly number[], lake: Lake): Promise<ErasureRequest[]> {
  const found: ErasureRequest[] = [];
  for (const erasure of erasures) {
    const request = await readJson(lake, erasureRequestKey(erasure), ErasureRequest);
    if (request) found.push(request);
  }
  return found;
}

const toUsers = ({ erasure, untilMs, users }: ErasureRequest): ErasureUsers => ({
  erasure,
  untilMs,
  users: new Set(users),
});

function report({ erasures, pass, scan }: Progress, log: Log): void {
  const found = scan.found.length;
  log.measure({ UsersFound: found });
  if (found > 0)
    log.error('The search after an erasure still found the user', { erasures, objects: scan.found });
  else if (erasures.length > 0) log.info('Forgot users', { erasures, passes: pass });
  else log.info('Swept what was stored since', { passes: pass });
}

/** Measures the age of the oldest request without a receipt, seconds; 0 if there is none. */
export async function measureAge({
  lake,
  log,
  nowMs,
}: Pick<WorkerParts, 'lake' | 'log' | 'nowMs'>): Promise<void> {
  const [oldest] = await openErasures(lake);
  const request =
    oldest === undefined ? undefined : await readJson(lake, erasureRequestKey(oldest), ErasureRequest);
  log.measure({ ErasureAgeSeconds: request ? Math.max(0, (nowMs() - request.untilMs) / 1000) : 0 });
}
