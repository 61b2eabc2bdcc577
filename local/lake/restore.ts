import { createHash } from 'node:crypto';
import { type History, historiesOf } from '../../lambdas/forget/bucket.ts';
import { runOfKey } from '../../lambdas/forget/run-of.ts';
import { manifestKey, PREFIX } from '../../lambdas/shared/contract/keys.ts';
import { Manifest } from '../../lambdas/shared/contract/schemas.ts';
import { type Lake, readJson } from '../../lambdas/shared/platform/lake.ts';
import { mapBounded } from '../../lambdas/shared/platform/map-bounded.ts';
import type { KeptObject, RestorableBucket } from './restorable-bucket.ts';
import { type Forgetting, hasNewErasure, mayHoldUser, readForgetting, refusalOf } from './restore-rules.ts';

export interface Restored {
  /** Keys of the objects that are back, or would be after a dry run, in order. */
  readonly restored: readonly string[];
  /** Total size of the restored objects. */
  readonly bytes: number;
  /** Objects that stay deleted, in order, with the reason as the end of a sentence. */
  readonly refused: readonly { readonly key: string; readonly reason: string }[];
}

export interface RestoreParts {
  readonly lake: Lake;
  /** The same objects as in `lake`. */
  readonly bucket: RestorableBucket;
  /** Only says what would be done. */
  readonly dryRun?: boolean;
}

/** Objects in memory at the same time. A file of a run may have hundreds of megabytes. */
const AT_ONCE = 4;

/**
 * Restores deleted objects: the newest version of each object whose newest entry is a delete marker, with its headers and metadata, on
 * the condition that there still is no object. Nothing that exists is changed.
 *
 * Restoring never brings back users who were forgotten: an object that may hold users is refused while an erasure is open, a file of a
 * run is refused unless the manifest describes it as it is, and if users were asked to be forgotten in between, the new version is
 * removed again. Forget rewrites the manifest together with the files.
 *
 * @param below The keys of the objects, or their beginning.
 * @returns Empty lists if none of them is deleted.
 * @throws {Error} If a request of S3 fails, or if users were asked to be forgotten in between; what was restored before stays.
 */
export async function restoreBelow(
  below: string,
  { lake, bucket, dryRun = false }: RestoreParts,
): Promise<Restored> {
  const forgetting = await readForgetting(lake, bucket);
  const manifestOf = createManifestReader(lake);
  const deleted: History[] = [];
  for await (const history of historiesOf(bucket.versions(below)))
    if (history.versions.some(({ isLatest, isMarker }) => isLatest && isMarker)) deleted.push(history);
  const outcomes = await mapBounded(deleted, AT_ONCE, ({ key, versions }) =>
    restoreOne({ key, versions }, { lake, bucket, dryRun, forgetting, manifestOf }),
  );
  return {
    restored: outcomes.flatMap((outcome) => ('reason' in outcome ? [] : [outcome.key])),
    bytes: outcomes.reduce((sum, outcome) => sum + ('reason' in outcome ? 0 : outcome.bytes), 0),
    refused: outcomes.filter((outcome) => 'reason' in outcome),
  };
}

type Outcome =
  | { readonly key: string; readonly bytes: number }
  | { readonly key: string; readonly reason: string };

interface OneParts extends Required<RestoreParts> {
  readonly forgetting: Forgetting;
  readonly manifestOf: (run: number) => Promise<Manifest | undefined>;
}

async function restoreOne({ key, versions }: History, parts: OneParts): Promise<Outcome> {
  const { bucket, dryRun, forgetting, manifestOf } = parts;
  const newest = versions.find(({ isMarker }) => !isMarker);
  if (!newest) return { key, reason: NO_VERSION };
  const refusal = refusalOf(key, newest.storedAtMs, forgetting);
  if (refusal !== undefined) return { key, reason: refusal };
  const object = await bucket.get(key, newest.versionId);
  if (!object) return { key, reason: NO_VERSION };
  const mismatch = await mismatchOf(key, object, manifestOf);
  if (mismatch !== undefined) return { key, reason: mismatch };
  if (!dryRun && !(await create(key, object, parts)))
    return { key, reason: 'it exists again, and stays as it is' };
  return { key, bytes: object.bytes.length };
}

const NO_VERSION = 'no version of it is left; it expired, or held only users who were forgotten';

/**
 * @returns false if there is an object already.
 * @throws {Error} If users were asked to be forgotten since the start. Then the worker may have passed this object before it was there.
 */
async function create(
  key: string,
  object: KeptObject,
  { lake, bucket, forgetting: { newest } }: OneParts,
): Promise<boolean> {
  const versionId = await bucket.create(key, object);
  if (versionId === undefined) return false;
  if (mayHoldUser(key) && (await hasNewErasure(lake, newest))) {
    await bucket.removeVersion(key, versionId);
    throw new Error(
      `Cannot restore ${key}: users were asked to be forgotten in the meantime; repeat this command when that is finished`,
    );
  }
  return true;
}

/** Returns why a file of a run does not belong to the run, as the end of a sentence; undefined for other objects too. */
async function mismatchOf(
  key: string,
  { bytes }: KeptObject,
  manifestOf: OneParts['manifestOf'],
): Promise<string | undefined> {
  if (!key.startsWith(PREFIX.runs)) return undefined;
  const { run = 0 } = runOfKey(key) ?? {};
  const manifest = await manifestOf(run);
  if (!manifest) return `${manifestKey(run)}, which describes it, is missing; restore that first`;
  const file = manifest.files.find((one) => one.key === key);
  if (!file) return `${manifestKey(run)} does not name it, so nothing reads it`;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return sha256 === file.sha256
    ? undefined
    : `its newest version is not the file that ${manifestKey(run)} describes (SHA-256 ${sha256}, should be ${file.sha256})`;
}

/** Each manifest is read once. */
function createManifestReader(lake: Lake): OneParts['manifestOf'] {
  const manifests = new Map<number, Promise<Manifest | undefined>>();
  return (run) => {
    const manifest = manifests.get(run) ?? readJson(lake, manifestKey(run), Manifest);
    manifests.set(run, manifest);
    return manifest;
  };
}
