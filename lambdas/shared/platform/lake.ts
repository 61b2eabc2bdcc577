import {
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type { z } from 'zod';

/** What a listing tells of an object. */
export interface Listed {
  readonly key: string;
  readonly sizeBytes: number;
  /** When it was stored, by S3's clock. */
  readonly storedAtMs: number;
}

/** An object with the tag that `replace` needs. */
export interface Versioned {
  readonly text: string;
  readonly etag: string;
}

/**
 * The bucket, as the stages see it. `test/lake.ts` holds the same in memory.
 *
 * Writing twice is the normal case (retries, doubled events), so losing a race is a result and not an error.
 */
export interface Lake {
  /** Writes an object that must not exist. @returns false if it exists already; nothing is changed then. */
  create(key: string, body: string | Uint8Array, contentType: string): Promise<boolean>;
  /** Overwrites a moving object if it is still the one that was read (undefined: none). @returns false if it is not. */
  replace(key: string, body: string, contentType: string, etag: string | undefined): Promise<boolean>;
  /** @returns undefined if there is no such object. */
  read(key: string): Promise<Versioned | undefined>;
  /** Every object below `prefix`, in key order, those after `after` only if it is given. */
  list(prefix: string, after?: string): AsyncIterable<Listed>;
  /** The next level of "folders" below `prefix`, each with its closing slash, in order. */
  folders(prefix: string): Promise<readonly string[]>;
}

/**
 * Reads a JSON object through its schema.
 *
 * @returns undefined if there is no such object
 * @throws {TypeError} If it is not what the schema says; the message names the key and the first wrong field.
 */
export async function readJson<Schema extends z.ZodType>(
  lake: Lake,
  key: string,
  schema: Schema,
): Promise<z.infer<Schema> | undefined> {
  const object = await lake.read(key);
  return object && parseJson(object.text, key, schema);
}

/** Parses the text of `key`; throws a TypeError that names the key and the first wrong field. */
export function parseJson<Schema extends z.ZodType>(
  text: string,
  key: string,
  schema: Schema,
): z.infer<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new TypeError(`Cannot read ${key}: it is not JSON`, { cause });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new TypeError(`Cannot read ${key}: ${issue?.path.join('.')}: ${issue?.message}`);
}

/** JSON as it is stored: two spaces, so that a person can read it in the console. */
export const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** The lake in S3. Endpoint, region and credentials come from the SDK's own environment variables. */
export function s3Lake(bucket: string, client: S3Client = createS3Client()): Lake {
  return {
    create: (key, body, contentType) =>
      won(
        client.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: key,
            Body: body,
            ContentType: contentType,
            IfNoneMatch: '*',
          }),
        ),
      ),
    replace: (key, body, contentType, etag) =>
      won(
        client.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: key,
            Body: body,
            ContentType: contentType,
            ...(etag === undefined ? { IfNoneMatch: '*' } : { IfMatch: etag }),
          }),
        ),
      ),
    async read(key) {
      try {
        const { Body, ETag } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        if (!Body || !ETag) throw new Error(`Cannot read ${key}: S3 answered without a body or an ETag`);
        return { text: await Body.transformToString(), etag: ETag };
      } catch (error) {
        if (error instanceof S3ServiceException && error.name === 'NoSuchKey') return undefined;
        throw error;
      }
    },
    async *list(prefix, after) {
      let token: string | undefined;
      do {
        const page: ListObjectsV2CommandOutput = await client.send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: prefix,
            StartAfter: after,
            ContinuationToken: token,
          }),
        );
        for (const { Key, Size, LastModified } of page.Contents ?? []) {
          if (Key === undefined || Size === undefined || LastModified === undefined)
            throw new Error(`Cannot list ${prefix}: S3 answered an object without key, size or time`);
          yield { key: Key, sizeBytes: Size, storedAtMs: LastModified.getTime() };
        }
        token = page.NextContinuationToken;
      } while (token !== undefined);
    },
    async folders(prefix) {
      const found: string[] = [];
      let token: string | undefined;
      do {
        const page: ListObjectsV2CommandOutput = await client.send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: prefix,
            Delimiter: '/',
            ContinuationToken: token,
          }),
        );
        for (const { Prefix } of page.CommonPrefixes ?? []) if (Prefix !== undefined) found.push(Prefix);
        token = page.NextContinuationToken;
      } while (token !== undefined);
      return found;
    },
  };
}

/**
 * An S3 client for this process: path-style where an endpoint is given, for emulators have no wildcard names.
 * A 409 (two conditional writes at once) is left to the SDK's retries, which have to be told so.
 */
export function createS3Client(): S3Client {
  const client = new S3Client({
    forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined,
    maxAttempts: 5,
  });
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (hasStatus(error, CONFLICT)) error.$retryable = {};
        throw error;
      }
    },
    // Inside of the SDK's retries, which are at this step with high priority.
    { step: 'finalizeRequest', priority: 'low', name: 'retryConflicts' },
  );
  return client;
}

const PRECONDITION_FAILED = 412;
/** A conditional write met another one under way; after the SDK's own attempts it is a lost race to be looked at again. */
const CONFLICT = 409;

const hasStatus = (error: unknown, status: number): error is S3ServiceException =>
  error instanceof S3ServiceException && error.$metadata.httpStatusCode === status;

async function won(put: Promise<unknown>): Promise<boolean> {
  try {
    await put;
    return true;
  } catch (error) {
    if (hasStatus(error, PRECONDITION_FAILED)) return false;
    if (hasStatus(error, CONFLICT))
      throw new Error('Cannot write: S3 answered 409 (another conditional write is under way); try again', {
        cause: error,
      });
    throw error;
  }
}
