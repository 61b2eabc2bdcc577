import { ErasureRequest, erasureRequestKey, type Progress } from '../shared/contract/erasure.ts';
import { PREFIX } from '../shared/contract/keys.ts';
import { highest } from '../shared/contract/numbers.ts';
import { type Lake, readJson } from '../shared/platform/lake.ts';
import type { Log } from '../shared/platform/log.ts';
import type { ErasureUsers } from './erased.ts';
import { CLOCKS_MS, FROM_THE_START, firstProgress } from './first-progress.ts';
import type { WorkerParts } from './parts.ts';
import { passOver } from './pass.ts';
import { TABLE, together } from './places.ts';
import { beginWork, continueWork, type Work, WorkTaken } from './progress.ts';
import { finishErasures, finishSweep } from './receipt.ts';
import { writeTombstones } from './request.ts';
import { scanAll } from './scan.ts';
import { windowsWithout } from './settle.ts';
import { beginSweep, readSweepUsers } from './sweep.ts';

/** What a call of the worker has done. */
export interface Worked {
  /**
   * `idle`: there is no work. `held`: another worker has it. `more`: the time is over, and there is more to do. `waiting`: windows in
   * flight have to end first, or the tombstones are not old enough.
   */
  readonly state: 'idle' | 'held' | 'more' | 'waiting';
  /** Erasures that were finished by this call, ascending. */
  readonly finished: readonly number[];
  /** Whether somebody has to call again after {@link LOOK_AGAIN_SECONDS}. */
  readonly looksAgain?: true;
}

/** How soon the worker looks again whether what it waits for has ended. */
export const LOOK_AGAIN_SECONDS = 30;
/** Passes that still change something after so many are a fault; the search at the end shows what is left. */
const MOST_PASSES = 20;

/**
 * Does the work that there is: the erasures without a receipt, all that are open in the same passes, and then a sweep if it is due.
 * Wherever it is interrupted, the next call goes on.
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
  const open = await openErasures(parts.lake);
  const through = open.at(-1);
  if (through === undefined) return undefined;
  // A process that ended in between may have stored a request without its tombstones.
  for (const request of await readRequests(open, parts.lake))
    await writeTombstones(parts.lake, request, parts.key);
  return beginWork(await firstProgress({ erasures: open, through, storedFromMs: 0 }, parts), parts);
}

/** Returns the numbers of the requests that have no receipt, ascending. */
export async function openErasures(lake: Lake): Promise<number[]> {
  const requests: number[] = [];
  const receipts = new Set<number>();
  for await (const { key } of lake.list(PREFIX.erasures)) {
    const [, number, isRequest] = /^erasures\/(\d{8,})(?:(\/request)?\.json)$/.exec(key) ?? [];
    if (number === undefined) continue;
    if (isRequest === undefined) receipts.add(Number(number));
    else requests.push(Number(number));
  }
  return requests.filter((number) => !receipts.has(number));
}

/** Does one step after the other. */
async function advance(work: Work, parts: WorkerParts): Promise<'done' | 'more' | 'waiting'> {
  const { erasures } = work.at;
  const requests = await readRequests(erasures, parts.lake);
  const users = erasures.length > 0 ? requests.map(toUsers) : await readSweepUsers(parts.lake);
  for (;;) {
    parts.log.info('Forgetting', { erasures, step: work.at.step, pass: work.at.pass, done: work.at.done });
    if (work.at.step !== 'receipt' && parts.isLate()) return 'more';
    switch (work.at.step) {
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
        await work.save({ step: 'settle' });
        break;
      case 'settle':
        if (!(await searchTableAgain(work, users, parts))) return 'waiting';
        break;
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

/** A pass that changed something, or during which runs may have been written, is followed by another. */
async function afterPass(work: Work, parts: WorkerParts): Promise<void> {
  const { isClean, pass, erasures, through } = work.at;
  const isWaiting = (await windowsWithout(parts.lake, through)).length > 0;
  if (isWaiting) return work.save({ step: 'waiting' });
  if (!isClean && pass < MOST_PASSES) return nextPass(work, parts);
  return work.save({ step: erasures.length > 0 ? 'outside' : 'receipt', ...FROM_THE_START });
}

async function nextPass(work: Work, { lake, nowMs }: WorkerParts): Promise<void> {
  const { pass, passAtMs, through } = work.at;
  const isClean = (await windowsWithout(lake, through)).length === 0;
  await work.save({
    ...{ step: 'bucket', pass: pass + 1, passAtMs: nowMs(), isClean },
    storedFromMs: Math.max(0, passAtMs - CLOCKS_MS),
    ...FROM_THE_START,
  });
}

/** @returns false if the time is over before the end. */
async function searchPlaces(
  work: Work,
  users: readonly ErasureUsers[],
  parts: WorkerParts,
): Promise<boolean> {
  for (const place of parts.places.slice(work.at.places)) {
    if (parts.isLate()) return false;
    const outside = together(work.at.outside, await place.remove(users));
    await work.save({ outside, places: work.at.places + 1 });
  }
  await work.save({ step: 'scan', ...FROM_THE_START });
  return true;
}

/**
 * Searches the table once more, when every process that had not read the tombstones has ended: remember may have stored a sale after
 * the first search.
 *
 * @returns false if it is too early.
 */
async function searchTableAgain(
  work: Work,
  users: readonly ErasureUsers[],
  { places, settlesSeconds, nowMs }: WorkerParts,
): Promise<boolean> {
  const table = places.find(({ name }) => name === TABLE);
  const { outside } = work.at;
  if (table) {
    if (nowMs() < highest(users.map(({ untilMs }) => untilMs)) + settlesSeconds * 1000) return false;
    const { tableItems } = await table.remove(users);
    const all = { ...outside, tableItems: (outside.tableItems ?? 0) + (tableItems ?? 0) };
    await work.save({ step: 'receipt', outside: all });
  } else await work.save({ step: 'receipt' });
  return true;
}

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
