import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { createS3Client } from '../shared/platform/lake.ts';

/** A version of an object, or a delete marker. */
export interface Version {
  readonly key: string;
  readonly versionId: string;
  readonly isLatest: boolean;
  /** A marker has no bytes. */
  readonly isMarker: boolean;
  readonly sizeBytes: number;
  /** Moment of the write by S3's clock, epoch ms. */
  readonly storedAtMs: number;
}

/** The bytes of a version, with the headers that a replacement keeps. */
export interface Content {
  readonly bytes: Uint8Array;
  readonly etag: string;
  readonly headers: {
    readonly ContentType?: string | undefined;
    readonly ContentEncoding?: string | undefined;
    readonly CacheControl?: string | undefined;
  };
}

/** The bucket with all versions of its objects, as only forget sees it. `local/lake/versioned-lake.ts` is the same in memory. */
export interface VersionedBucket {
  /**
   * Lists all versions, in the order of their keys, and newest first of each key.
   *
   * @param after If given, only keys after this one are listed.
   */
  versions(prefix: string, after?: string): AsyncIterable<Version>;
  /** Reads a version; without an id, the newest one. @returns undefined if there is no such version. */
  content(key: string, versionId?: string): Promise<Content | undefined>;
  /**
   * Replaces an object, provided that it is still the version that was read.
   *
   * @returns false if it has changed since; it stays as it is.
   */
  rewrite(key: string, bytes: Uint8Array, read: Content): Promise<boolean>;
  /** Removes a version for good; the next older one becomes the object. Does nothing if there is no such version. */
  removeVersion(key: string, versionId: string): Promise<void>;
}

/** The bucket in S3. */
export function s3VersionedBucket(bucket: string, client: S3Client = createS3Client()): VersionedBucket {
  return {
    async *versions(prefix, after) {
      let at: Pick<ListObjectVersionsCommandOutput, 'NextKeyMarker' | 'NextVersionIdMarker'> = {
        NextKeyMarker: after || undefined,
      };
      do {
        const page: ListObjectVersionsCommandOutput = await client.send(
          new ListObjectVersionsCommand({
            Bucket: bucket,
            Prefix: prefix,
            KeyMarker: at.NextKeyMarker,
            VersionIdMarker: at.NextVersionIdMarker,
          }),
        );
        yield* versionsOf(page);
        at = page.IsTruncated ? page : {};
      } while (at.NextKeyMarker !== undefined);
    },
    async content(Key, VersionId) {
      try {
        const found = await client.send(new GetObjectCommand({ Bucket: bucket, Key, VersionId }));
        if (!found.Body || !found.ETag)
          throw new Error(`Cannot read ${Key}: S3 answered without a body or an ETag`);
        const { ContentType, ContentEncoding, CacheControl } = found;
        return {
          bytes: await found.Body.transformToByteArray(),
          etag: found.ETag,
          headers: { ContentType, ContentEncoding, CacheControl },
        };
      } catch (error) {
        if (error instanceof S3ServiceException && /^NoSuch(Key|Version)$/.test(error.name)) return undefined;
        throw error;
      }
    },
    async rewrite(Key, Body, { etag: IfMatch, headers }) {
      try {
        await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body, IfMatch, ...headers }));
        return true;
      } catch (error) {
        // A repeat of a request whose answer was lost counts as a lost race too: the next pass finds the object rewritten.
        if (error instanceof S3ServiceException && LOST.includes(error.$metadata.httpStatusCode ?? 0))
          return false;
        throw error;
      }
    },
    async removeVersion(Key, VersionId) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId }));
    },
  };
}

/** The object is gone, another write is in progress, or it has changed. */
const LOST = [404, 409, 412];

/** The versions and delete markers of a page, in one order. */
function versionsOf({ Versions = [], DeleteMarkers = [] }: ListObjectVersionsCommandOutput): Version[] {
  const found = [
    ...Versions.map((version) => ({ ...version, isMarker: false })),
    ...DeleteMarkers.map((marker) => ({ ...marker, Size: 0, isMarker: true })),
  ].map(({ Key, VersionId, IsLatest, Size, LastModified, isMarker }): Version => {
    if (Key === undefined || VersionId === undefined || LastModified === undefined)
      throw new Error('Cannot list versions: S3 answered one without key, id or time');
    return {
      key: Key,
      versionId: VersionId,
      isLatest: IsLatest === true,
      isMarker,
      sizeBytes: Size ?? 0,
      storedAtMs: LastModified.getTime(),
    };
  });
  // Both lists are in order. Of versions with equal times S3's order is kept, because the sort is stable.
  return found.sort(
    (a, b) =>
      (a.key < b.key ? -1 : a.key > b.key ? 1 : 0) ||
      Number(b.isLatest) - Number(a.isLatest) ||
      b.storedAtMs - a.storedAtMs,
  );
}

/** Removes an object with all its versions, the newest last, so that no older one becomes the object in between. */
export async function removeAll(
  bucket: Pick<VersionedBucket, 'versions' | 'removeVersion'>,
  key: string,
): Promise<void> {
  const versionIds: string[] = [];
  for await (const version of bucket.versions(key))
    if (version.key === key) versionIds.push(version.versionId);
  for (const versionId of versionIds.reverse()) await bucket.removeVersion(key, versionId);
}

/** An object with its history. */
export interface History {
  readonly key: string;
  /** Newest first; at least one. */
  readonly versions: readonly Version[];
}

/** Groups versions by key. @param versions As `VersionedBucket.versions` lists them. */
export async function* historiesOf(versions: AsyncIterable<Version>): AsyncGenerator<History> {
  let group: Version[] = [];
  for await (const version of versions) {
    const [first] = group;
    if (first && first.key !== version.key) {
      yield { key: first.key, versions: group };
      group = [];
    }
    group.push(version);
  }
  const [first] = group;
  if (first) yield { key: first.key, versions: group };
}
