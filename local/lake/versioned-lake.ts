import { createHash } from 'node:crypto';
import type { Version, VersionedBucket } from '../../lambdas/forget/bucket.ts';
import type { Lake } from '../../lambdas/shared/platform/lake.ts';

interface Stored {
  readonly versionId: string;
  /** Undefined for a delete marker. */
  readonly bytes: Buffer | undefined;
  readonly storedAtMs: number;
}

/** A bucket in memory that keeps old versions, with the conditional writes of S3. */
export interface VersionedLake {
  readonly lake: Lake;
  readonly bucket: VersionedBucket;
  /** All versions, newest first, by key. */
  readonly objects: ReadonlyMap<string, readonly Stored[]>;
  /** Called after each write and each deletion. If it throws, the caller sees the error, although the bucket has changed. */
  afterChange: (operation: string, key: string) => void;
  /** The time of the bucket's clock, epoch ms. */
  nowMs: number;
  put(key: string, body: string | Uint8Array): void;
  /** Deletes as a lifecycle rule does: with a marker. */
  mark(key: string): void;
  bytes(key: string): Buffer;
  keys(prefix?: string): string[];
  /** Every version as text, for comparisons: key, position from the newest, hash. */
  state(isCompared?: (key: string) => boolean): string[];
}

const etagOf = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex');
const sha256 = (bytes: Buffer | undefined): string =>
  bytes ? createHash('sha256').update(bytes).digest('hex') : 'marker';

export function versionedLake(): VersionedLake {
  const objects = new Map<string, Stored[]>();
  let count = 0;
  const current = (key: string): Buffer | undefined => objects.get(key)?.[0]?.bytes;
  const sorted = (prefix = ''): string[] =>
    [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  const add = (key: string, bytes: Buffer | undefined): void => {
    const versions = objects.get(key) ?? [];
    count++;
    objects.set(key, [{ versionId: `v${count}`, bytes, storedAtMs: self.nowMs }, ...versions]);
  };
  const change = (operation: string, key: string, body: string | Uint8Array): true => {
    add(key, Buffer.from(body));
    self.afterChange(operation, key);
    return true;
  };

  const lake: Lake = {
    async create(key, body) {
      return current(key) === undefined && change('create', key, body);
    },
    async replace(key, body, _contentType, etag) {
      const bytes = current(key);
      return (bytes && etagOf(bytes)) === etag && change('replace', key, body);
    },
    async read(key) {
      const bytes = current(key);
      return bytes && { text: bytes.toString(), etag: etagOf(bytes) };
    },
    async *list(prefix, after = '') {
      for (const key of sorted(prefix)) {
        const [stored] = objects.get(key) ?? [];
        if (stored?.bytes && key > after)
          yield { key, sizeBytes: stored.bytes.length, storedAtMs: stored.storedAtMs };
      }
    },
    async folders(prefix) {
      const deeper = sorted(prefix).filter((key) => key.indexOf('/', prefix.length) > 0);
      return [...new Set(deeper.map((key) => key.slice(0, key.indexOf('/', prefix.length) + 1)))];
    },
  };

  const bucket: VersionedBucket = {
    async *versions(prefix, after = '') {
      for (const key of sorted(prefix)) {
        if (key <= after) continue;
        for (const [index, { versionId, bytes, storedAtMs }] of (objects.get(key) ?? []).entries())
          yield {
            ...{ key, versionId, storedAtMs, isLatest: index === 0, isMarker: bytes === undefined },
            sizeBytes: bytes?.length ?? 0,
          } satisfies Version;
      }
    },
    async content(key, versionId) {
      const versions = objects.get(key) ?? [];
      const found =
        versionId === undefined ? versions[0] : versions.find((one) => one.versionId === versionId);
      return found?.bytes && { bytes: found.bytes, etag: etagOf(found.bytes), headers: {} };
    },
    async rewrite(key, bytes, { etag }) {
      const before = current(key);
      return before !== undefined && etagOf(before) === etag && change('rewrite', key, bytes);
    },
    async removeVersion(key, versionId) {
      const rest = (objects.get(key) ?? []).filter((one) => one.versionId !== versionId);
      if (rest.length > 0) objects.set(key, rest);
      else objects.delete(key);
      self.afterChange('remove', key);
    },
  };

  const self: VersionedLake = {
    ...{ lake, bucket, objects },
    nowMs: Date.UTC(2026, 5, 30),
    afterChange: () => undefined,
    put: (key, body) => add(key, Buffer.from(body)),
    mark: (key) => add(key, undefined),
    bytes(key) {
      const bytes = current(key);
      if (!bytes) throw new Error(`${key} is not in the lake; there are ${sorted().join(', ')}`);
      return bytes;
    },
    keys: (prefix = '') => sorted(prefix).filter((key) => current(key) !== undefined),
    state: (isCompared = () => true) =>
      sorted()
        .filter(isCompared)
        .flatMap((key) =>
          (objects.get(key) ?? []).map(({ bytes }, index) => `${key} ${index} ${sha256(bytes)}`),
        ),
  };
  return self;
}
