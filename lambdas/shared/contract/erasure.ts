import * as z from 'zod';
import { numberInKey, PREFIX } from './keys.ts';

/** Schemas and keys of `erasures/`: the work and the receipts of forgetting users. Only forget writes them, except for the requests of the API, which erasures creates. */

const Count = z.int().min(0);
const PositiveInt = z.int().min(1);
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** 16 hex digits by which two processes see that they have the same key. */
const KeyCheck = z.string().regex(/^[0-9a-f]{16}$/);

/** The most users of one request. A longer list is several requests, which the worker handles together. */
export const MOST_FORGOTTEN_USERS = 10_000;
/** The most changed objects that a receipt lists itself; with more, only its parts list them. */
export const MOST_LISTED_CHANGES = 200;

/** The prefix of the work and the parts of an erasure. @example erasureOf(7) // 'erasures/00000007/' */
export const erasureOf = (erasure: number): string => `${PREFIX.erasures}${numberInKey(erasure)}/`;

/**
 * Key of the request, the only object with the ids of the users. It is deleted with all its versions when the users are forgotten.
 *
 * @example erasureRequestKey(7) // 'erasures/00000007/request.json'
 */
export const erasureRequestKey = (erasure: number): string => `${erasureOf(erasure)}request.json`;

/**
 * Returns the erasure whose request has this key; undefined for any other key.
 *
 * @example parseErasureRequestKey('erasures/00000007/request.json') // 7
 * @example parseErasureRequestKey('erasures/00000007/objects-00000002.ndjson') // undefined
 * @example parseErasureRequestKey('erasures/7/request.json') // undefined
 */
export function parseErasureRequestKey(key: string): number | undefined {
  const erasure = Number(key.slice(PREFIX.erasures.length).split('/')[0]);
  return Number.isSafeInteger(erasure) && key === erasureRequestKey(erasure) ? erasure : undefined;
}

/**
 * Key of a part of the receipt: a line of NDJSON for each object.
 *
 * @example erasurePartKey(7, 2) // 'erasures/00000007/objects-00000002.ndjson'
 */
export const erasurePartKey = (erasure: number, part: number): string =>
  `${erasureOf(erasure)}objects-${numberInKey(part)}.ndjson`;

/** The prefix of the notes that the worker makes while it works; they are deleted at its end. */
export const NOTES_PREFIX = `${PREFIX.erasures}notes/`;
/** @example noteKey(7) // 'erasures/notes/00000007.ndjson' */
export const noteKey = (note: number): string => `${NOTES_PREFIX}${numberInKey(note)}.ndjson`;
/** The progress of the worker. It moves, and does not exist while there is no work. */
export const PROGRESS_KEY = `${PREFIX.erasures}progress.json`;
/** The users of a sweep, while it is in progress; see {@link SweepUsers}. */
export const SWEEP_USERS_KEY = `${PREFIX.erasures}notes/users.json`;
/** When the last sweep over newly stored objects began. It moves. */
export const SWEPT_KEY = `${PREFIX.erasures}swept.json`;

/** The prefix of the records of sweeps. */
export const SWEEPS_PREFIX = `${PREFIX.erasures}sweeps/`;
/** Key of the record of a sweep that found something. @example sweepRecordKey(7) // 'erasures/sweeps/00000007.json' */
export const sweepRecordKey = (sweep: number): string => `${SWEEPS_PREFIX}${numberInKey(sweep)}.json`;

/** `erasures/N/request.json`: the request of erasure N. */
export const ErasureRequest = z.strictObject({
  erasure: PositiveInt,
  /** The moment of the request, epoch ms; as in the tombstones. */
  untilMs: Count,
  /** The role, or the kind of token, that asked, as the API checked it; or what the caller of the function stated, which says so. */
  requestedBy: z.string(),
  /** The users as stored: ids, or pseudonyms if ids are keyed. Ascending, without repeats. */
  users: z.array(z.string()).min(1),
});
export type ErasureRequest = z.infer<typeof ErasureRequest>;

/** Size and hash of an object. */
const Facts = z.strictObject({ sizeBytes: Count, sha256: Sha256 });
export type Facts = z.infer<typeof Facts>;

/** A line of a part: an object, or an older version of one, that was read. */
export const ErasedObject = z.strictObject({
  key: z.string(),
  /**
   * `kept`: it does not hold the users. `changed`: it was replaced by one without them. `deleted`: it has been removed.
   * `versionDeleted`: an older version has been removed.
   */
  action: z.enum(['kept', 'changed', 'deleted', 'versionDeleted']),
  before: Facts,
  /** The object that replaced it, with its number of rows as a manifest counts them; null if none did. */
  after: Facts.extend({ rows: Count }).nullable(),
});
export type ErasedObject = z.infer<typeof ErasedObject>;

/** The removals outside the bucket. */
const Outside = z.strictObject({
  /** True if the worker was interrupted here: the numbers then leave out what it had removed and not yet saved. */
  isAtLeast: z.boolean(),
  /** Items removed from the table of recent sales; null if there is no table. */
  tableItems: Count.nullable(),
  queues: z.array(z.strictObject({ queue: z.string(), messages: Count, deleted: Count })),
  /** Log streams that named a user and were deleted as a whole, by log group. */
  logs: z.array(z.strictObject({ group: z.string(), streamsDeleted: Count })),
});
export type Outside = z.infer<typeof Outside>;

/** The search for the users after everything else. */
const Scan = z.strictObject({
  /** Number of objects and older versions that were read and decoded. */
  objects: Count,
  versions: Count,
  /** Objects that still hold a user; empty if all is well. */
  found: z.array(z.string()),
  /** Objects without columns whose text has a word that is spelled like a user, but may be something else. */
  possible: z.array(z.string()),
});
export type Scan = z.infer<typeof Scan>;

/** Numbers of the objects that were read. */
const ObjectCounts = z.strictObject({
  read: Count,
  changed: Count,
  deleted: Count,
  versionsDeleted: Count,
  /** Total size of what was read. */
  readBytes: Count,
});
export type ObjectCounts = z.infer<typeof ObjectCounts>;

/** `erasures/N.json`: the receipt of erasure N. It has no id of a user. */
export const ErasureReceipt = z.strictObject({
  erasure: PositiveInt,
  requestedAtMs: Count,
  requestedBy: z.string(),
  startedAtMs: Count,
  finishedAtMs: Count,
  /** `PersonKey.forgottenHash` of each user, ascending. */
  users: z.array(Sha256).min(1),
  keyCheck: KeyCheck,
  /** All erasures of the same passes, this one included. The numbers below are those of all of them. */
  together: z.array(PositiveInt).min(1),
  /** Number of passes over the bucket; passes after the first read only what was stored since. */
  passes: PositiveInt,
  objects: ObjectCounts,
  /** The objects that were changed or deleted, in key order; null if there are more than 200. */
  changes: z.array(ErasedObject).nullable(),
  /** Objects with a line for each object that was read. */
  parts: z.array(z.string()),
  outside: Outside,
  scan: Scan,
  /** Sentences about the places that forget cannot reach. */
  notReached: z.array(z.string()),
});
export type ErasureReceipt = z.infer<typeof ErasureReceipt>;

/** `erasures/sweeps/K.json`: what a sweep took that was stored after the users were forgotten. */
export const SweepRecord = z.strictObject({
  sweep: PositiveInt,
  startedAtMs: Count,
  finishedAtMs: Count,
  /** Tombstones 1 to `through` were applied. */
  through: PositiveInt,
  /** Only objects stored at this moment or later were read, epoch ms. */
  storedFromMs: Count,
  objects: ObjectCounts,
  changes: z.array(ErasedObject),
});
export type SweepRecord = z.infer<typeof SweepRecord>;

/** `erasures/progress.json`: the progress of the worker. */
export const Progress = z.strictObject({
  /** The erasures that are worked on, ascending; empty during a sweep. */
  erasures: z.array(PositiveInt),
  /** The newest tombstones that are applied. */
  through: PositiveInt,
  startedAtMs: Count,
  /** A sweep begins with `users`, everything else with `bucket`. */
  step: z.enum(['users', 'bucket', 'waiting', 'outside', 'scan', 'settle', 'receipt']),
  /** 1 for the first pass over the bucket. */
  pass: PositiveInt,
  /** When this pass began, epoch ms. */
  passAtMs: Count,
  /** This pass reads only objects that were stored at this moment or later, epoch ms; 0 for all. */
  storedFromMs: Count,
  /** Whether this pass reads all files of runs: S3 dates a large file by the moment at which its upload began. */
  readsAllRuns: z.boolean(),
  /** Whether a run that does not know the tombstones was in flight when this pass began. */
  runsInFlight: z.boolean(),
  /** True while this pass has changed nothing, if no run that does not know the tombstones was in flight when it began. */
  isClean: z.boolean(),
  /** In the steps `users`, `bucket` and `scan`: the prefix that is read, and the last unit's last key; both empty at the beginning. */
  prefix: z.string(),
  after: z.string(),
  /** The key with which the next unit continues, if some of its parts are done; otherwise empty. */
  within: z.string(),
  /** In the step `outside`: the number of places that are done. There and in `settle`: how far the next one is; empty at its beginning. */
  places: Count,
  cursor: z.string(),
  outside: Outside,
  scan: Scan,
  /** Number of searches that have ended. */
  scans: Count,
  /** True if this search found something that was stored since the last pass began. */
  foundNew: z.boolean(),
  /** Number of objects that were done, of all steps. */
  done: Count,
  /** Number of objects that the bucket had at the start. */
  total: Count,
  /** While the worker waits, the moment at which it looks again, epoch ms; 0 before. One message at a time reminds it. */
  lookAgainAtMs: Count,
  /** The worker that has the work, and until when, epoch ms. */
  holder: z.string(),
  heldUntilMs: Count,
});
export type Progress = z.infer<typeof Progress>;

/** `erasures/notes/users.json`: the users that a sweep found stored again. It is deleted with all its versions at the end. */
export const SweepUsers = z.array(
  z.strictObject({ erasure: PositiveInt, untilMs: Count, users: z.array(z.string()).min(1) }),
);
export type SweepUsers = z.infer<typeof SweepUsers>;

/** `erasures/swept.json`: objects that were stored before `startedAtMs` are swept. */
export const Swept = z.strictObject({ startedAtMs: Count });
export type Swept = z.infer<typeof Swept>;

/** The estimate that forget makes before it starts. */
export const ErasureForecast = z.strictObject({
  users: PositiveInt,
  /** Objects and older versions that are read. */
  objects: Count,
  bytes: Count,
  seconds: z.number().min(0),
  dollars: z.number().min(0),
});
export type ErasureForecast = z.infer<typeof ErasureForecast>;
