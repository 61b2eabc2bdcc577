import { createHash } from 'node:crypto';
import type { ErasedObject, Facts } from '../shared/contract/erasure.ts';
import type { Content, History, Version, VersionedBucket } from './bucket.ts';
import type { FileKind, Forgotten, Rewritten, RunContext } from './files/kind.ts';

/** The changes of an object and its versions. */
export interface ErasedHistory {
  /** A line for each version that was read; empty if the object cannot hold the users. */
  readonly lines: readonly ErasedObject[];
  /** Versions to remove once the lines are noted, oldest first. */
  readonly removals: readonly Pick<Version, 'key' | 'versionId'>[];
  /** Another writer replaced the object in the meantime: the next pass reads it again. */
  readonly lostRace: boolean;
}

/** Thrown if the bytes of an object are damaged, or not what its kind expects. The cause is the kind's error. */
export class UnreadableObject extends Error {
  override readonly name = 'UnreadableObject';
}

export interface ObjectRewrite {
  readonly bucket: VersionedBucket;
  readonly kind: FileKind;
  readonly forgotten: Forgotten;
  readonly run?: RunContext | undefined;
}

/**
 * Replaces an object by one without the users, if it holds any, and names the versions that have to go. It removes nothing itself:
 * hashes of the old bytes have to be noted before. A call that is repeated after an interruption finds the old bytes as an older version,
 * and gives the same lines.
 */
export async function eraseObject(
  { key, versions }: History,
  rewriting: ObjectRewrite,
): Promise<ErasedHistory> {
  const { kind, forgotten, run } = rewriting;
  if ((await kind.mayHold?.({ key, run }, forgotten)) === false) return NOTHING;
  const latest = versions.find(({ isLatest }) => isLatest);
  const current = latest && !latest.isMarker ? await rewriteCurrent(latest, rewriting) : undefined;
  if (current?.action === 'lost') return { ...NOTHING, lostRace: true };
  const older: Older[] = [];
  for (const version of versions)
    if (version !== latest && !version.isMarker) older.push(...(await rewriteOlder(version, rewriting)));
  return current?.action === 'deleted'
    ? {
        lines: [line(key, 'deleted', current.before, null), ...older.map(deletedLine)],
        removals: versions.toReversed(),
        lostRace: false,
      }
    : summarize(older, current, latest);
}

/** The object cannot hold the users. */
export const NOTHING: ErasedHistory = { lines: [], removals: [], lostRace: false };

const line = (
  key: string,
  action: ErasedObject['action'],
  before: Facts,
  after: ErasedObject['after'],
): ErasedObject => ({ key, action, before, after });

const deletedLine = ({ version, before }: Older): ErasedObject =>
  line(version.key, 'versionDeleted', before, null);

type Current =
  | { readonly action: 'lost' }
  | { readonly action: 'deleted'; readonly before: Facts }
  | { readonly action: 'kept'; readonly before: Facts; readonly rows: () => number }
  | {
      readonly action: 'changed';
      readonly before: Facts;
      readonly after: NonNullable<ErasedObject['after']>;
    };
type Present = Extract<Current, { readonly action: 'kept' | 'changed' }>;

/** @param older Newest first. */
function summarize(
  older: readonly Older[],
  current: Present | undefined,
  latest: Version | undefined,
): ErasedHistory {
  // If rewriting an older version gives the current one, an interrupted call has already replaced it.
  const replaced =
    current?.action === 'kept'
      ? older.find(({ rewritten }) => rewritten === current.before.sha256)
      : undefined;
  const isChanged = current?.action === 'changed' || replaced !== undefined;
  // All older versions of a changed object are deleted: none of them is useful without the others.
  const removed = isChanged ? older : older.filter(({ holdsUser }) => holdsUser);
  return {
    lines: [
      ...(current && latest ? [lineOf(latest.key, current, replaced)] : []),
      ...removed.filter((one) => one !== replaced).map(deletedLine),
    ],
    removals: [
      ...removed.map(({ version }) => version).reverse(),
      ...(current?.action === 'changed' && latest ? [latest] : []),
    ],
    lostRace: false,
  };
}

function lineOf(key: string, current: Present, replaced: Older | undefined): ErasedObject {
  if (current.action === 'changed') return line(key, 'changed', current.before, current.after);
  if (!replaced) return line(key, 'kept', current.before, null);
  return line(key, 'changed', replaced.before, { ...current.before, rows: current.rows() });
}

async function rewriteCurrent(
  { key, versionId }: Version,
  { bucket, kind, forgotten, run }: ObjectRewrite,
): Promise<Current> {
  const content = await bucket.content(key, versionId);
  // Somebody removed it since it was listed: a lifecycle rule, for example.
  if (!content) return { action: 'lost' };
  const before = factsOf(content.bytes);
  const result = await rewrite(content, key, { bucket, kind, forgotten, run });
  if (!result.changed) return { action: 'kept', before, rows: () => kind.rows(content.bytes) };
  if (result.bytes === null) return { action: 'deleted', before };
  if (!(await bucket.rewrite(key, result.bytes, content))) return { action: 'lost' };
  return { action: 'changed', before, after: { ...factsOf(result.bytes), rows: kind.rows(result.bytes) } };
}

interface Older {
  readonly version: Version;
  readonly before: Facts;
  readonly holdsUser: boolean;
  /** SHA-256 of the version without the users; undefined if it holds none or would be deleted. */
  readonly rewritten: string | undefined;
}

/** @returns One or none: the version may be gone. */
async function rewriteOlder(
  version: Version,
  { bucket, kind, forgotten, run }: ObjectRewrite,
): Promise<Older[]> {
  const content = await bucket.content(version.key, version.versionId);
  if (!content) return [];
  const result = await rewrite(content, version.key, { bucket, kind, forgotten, run });
  const bytes = result.changed ? result.bytes : null;
  return [
    {
      version,
      before: factsOf(content.bytes),
      holdsUser: result.changed,
      rewritten: bytes ? factsOf(bytes).sha256 : undefined,
    },
  ];
}

async function rewrite(
  { bytes }: Content,
  key: string,
  { kind, forgotten, run }: ObjectRewrite,
): Promise<Rewritten> {
  try {
    return await kind.rewrite(bytes, forgotten, { key, run });
  } catch (cause) {
    if (isFaultOfStore(cause)) throw cause;
    throw new UnreadableObject(`Cannot remove users from ${key}`, { cause });
  }
}

/** A kind may read other files of the run; a fault of the bucket is worth another try. */
const isFaultOfStore = (error: unknown): boolean => error instanceof Error && '$metadata' in error;

/** Returns size and SHA-256 of bytes. */
export const factsOf = (bytes: Uint8Array): Facts => ({
  sizeBytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});
