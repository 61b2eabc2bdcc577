import {
  GetObjectCommand,
  type GetObjectCommandInput,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
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
  bytes(key: string): Promise<Uint8Array | undefined>;
  /**
   * Reads a part of an object.
   *
   * @param etag If given, the object must still be this version.
   * @returns The bytes, fewer than asked for if the object ends before them, and the version that they are of; `changed` if the object
   *   is another version, or ends before the range begins; undefined if there is no such object.
   */
  part(key: string, range: ByteRange, etag?: string): Promise<Part | 'changed' | undefined>;
}

/** A part of an object. */
export interface Part {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

const NOT_MODIFIED = 304;
const PRECONDITION_FAILED = 412;
const RANGE_NOT_SATISFIABLE = 416;
/** The answer to a request for a range; a server that does not support ranges answers 200 with the whole object. */
const PARTIAL = 206;

/** The objects in S3. */
export function s3RunObjects(bucket: string, client: S3Client): RunObjects {
  const get = (
    key: string,
    condition: Pick<GetObjectCommandInput, 'IfNoneMatch' | 'IfMatch' | 'Range'> = {},
  ) => client.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...condition }));
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
    async bytes(key) {
      try {
        const { Body } = await get(key);
        return await Body?.transformToByteArray();
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    async part(key, { offset, sizeBytes }, etag) {
      try {
        const Range = `bytes=${offset}-${offset + sizeBytes - 1}`;
        const { Body, ETag, $metadata } = await get(key, {
          Range,
          ...(etag !== undefined && { IfMatch: etag }),
        });
        if (!Body || !ETag) throw new Error(`Cannot read ${key}: S3 answered without a body or an ETag`);
        const found = await Body.transformToByteArray();
        const isPart = $metadata.httpStatusCode === PARTIAL;
        return { bytes: isPart ? found : found.subarray(offset, offset + sizeBytes), etag: ETag };
      } catch (error) {
        if (isMissing(error)) return undefined;
        if (isStatus(error, PRECONDITION_FAILED) || isStatus(error, RANGE_NOT_SATISFIABLE)) return 'changed';
        throw error;
      }
    },
  };
}

const isStatus = (error: unknown, status: number): boolean =>
  error instanceof Error && (error as Partial<S3ServiceException>).$metadata?.httpStatusCode === status;

const isMissing = (error: unknown): boolean =>
  error instanceof S3ServiceException && error.name === 'NoSuchKey';
