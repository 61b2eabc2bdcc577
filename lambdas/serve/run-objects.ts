import { GetObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import type { Versioned } from '../shared/platform/lake.ts';

/** A range of bytes. */
export interface ByteRange {
  readonly offset: number;
  readonly sizeBytes: number;
}

/** The objects that serve reads, and how it reads them. It writes none. */
export interface RunObjects {
  /**
   * Reads an object unless it is still the version that is known.
   *
   * @returns `same` if it is; undefined if there is no such object.
   */
  readUnless(key: string, etag: string | undefined): Promise<Versioned | 'same' | undefined>;
  /** @returns undefined if there is no such object. */
  bytes(key: string, range?: ByteRange): Promise<Uint8Array | undefined>;
}

const NOT_MODIFIED = 304;

/** The objects in S3. */
export function s3RunObjects(bucket: string, client: S3Client): RunObjects {
  const get = (key: string, condition: { readonly IfNoneMatch?: string; readonly Range?: string }) =>
    client.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...condition }));
  return {
    async readUnless(key, etag) {
      try {
        const { Body, ETag } = await get(key, etag === undefined ? {} : { IfNoneMatch: etag });
        if (!Body || !ETag) throw new Error(`Cannot read ${key}: S3 answered without a body or an ETag`);
        return { text: await Body.transformToString(), etag: ETag };
      } catch (error) {
        if (isStatus(error, NOT_MODIFIED)) return 'same';
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    async bytes(key, range) {
      try {
        const { Body } = await get(
          key,
          range ? { Range: `bytes=${range.offset}-${range.offset + range.sizeBytes - 1}` } : {},
        );
        return await Body?.transformToByteArray();
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
  };
}

const isStatus = (error: unknown, status: number): boolean =>
  error instanceof Error && (error as Partial<S3ServiceException>).$metadata?.httpStatusCode === status;

const isMissing = (error: unknown): boolean =>
  error instanceof S3ServiceException && error.name === 'NoSuchKey';
