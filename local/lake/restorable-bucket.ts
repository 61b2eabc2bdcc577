import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { s3VersionedBucket, type VersionedBucket } from '../../lambdas/forget/bucket.ts';

/** An object with all headers that a copy of it keeps. */
export interface KeptObject {
  readonly bytes: Uint8Array;
  readonly headers: Partial<Pick<GetObjectCommandOutput, (typeof KEPT)[number]>>;
}

const KEPT = [
  'ContentType',
  'ContentEncoding',
  'ContentLanguage',
  'ContentDisposition',
  'CacheControl',
  'Metadata',
] as const;

/** The bucket with its old versions, as `npm run restore` sees it. */
export interface RestorableBucket extends Pick<VersionedBucket, 'versions' | 'removeVersion'> {
  /** Reads a version. @returns undefined if there is no such version any more. */
  get(key: string, versionId: string): Promise<KeptObject | undefined>;
  /**
   * Writes an object that does not exist.
   *
   * @returns The id of its version; undefined if there is an object, which stays as it is.
   */
  create(key: string, object: KeptObject): Promise<string | undefined>;
}

export function s3RestorableBucket(bucket: string, client: S3Client): RestorableBucket {
  const { versions, removeVersion } = s3VersionedBucket(bucket, client);
  return {
    versions,
    removeVersion,
    async get(Key, VersionId) {
      try {
        const found = await client.send(new GetObjectCommand({ Bucket: bucket, Key, VersionId }));
        if (!found.Body) throw new Error(`Cannot read ${Key}: S3 answered without a body`);
        const headers = Object.fromEntries(KEPT.map((name) => [name, found[name]]));
        return { bytes: await found.Body.transformToByteArray(), headers };
      } catch (error) {
        if (error instanceof S3ServiceException && /^NoSuch(Key|Version)$/.test(error.name)) return undefined;
        throw error;
      }
    },
    async create(Key, { bytes: Body, headers }) {
      try {
        const request = { Bucket: bucket, Key, Body, IfNoneMatch: '*', ...headers };
        const { VersionId } = await client.send(new PutObjectCommand(request));
        if (VersionId === undefined)
          throw new Error(`Cannot restore ${Key}: the bucket keeps no versions, so nothing can be undone`);
        return VersionId;
      } catch (error) {
        if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 412) return undefined;
        throw error;
      }
    },
  };
}
