import {
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type { z } from 'zod';

/** One object of a listing. */
export interface Listed {
  readonly key: string;
  readonly sizeBytes: number;
  /** Moment of the last write by S3's clock, epoch ms. */
  readonly storedAtMs: number;
}

/** An object, with the tag that `replace` needs. */
export interface Versioned {
  readonly text: string;
  readonly etag: string;
}

/**
 * The bucket, as the stages see it. `test/lake.ts` is the same in memory.
 *
 * Retries and repeated events make double writes normal, so a lost race is a result and not an error.
 */
export interface Lake {
  /**
   * Writes an object that does not exist yet.
   *
   * @returns false if the object exists already; it stays as it is.
   */
  create(key: string, body: string | Uint8Array, contentType: string): Promise<boolean>;
  /**
   * Overwrites a moving object, provided that it is still the version that was read.
   *
   * @param etag Tag of that version; undefined if there was no object.
   * @returns false if the object has changed since; it stays as it is. If this call had to repeat its request, the result
   *   is true also when another writer made the same change at the same moment: the object holds what was asked for.
   */
  replace(key: string, body: string, contentType: string, etag: string | undefined): Promise<boolean>;
  /** @returns undefined if there is no such object. */
  read(key: string): Promise<Versioned | undefined>;
  /**
   * Lists the objects whose keys begin with `prefix`, in key order.
   *
   * @param after If given, only keys after this one are listed.
   */
  list(prefix: string, after?: string): AsyncIterable<Listed>;
  /** Lists the "folders" directly below `prefix`, each as a key prefix with its closing slash, in order. */
  folders(prefix: string): Promise<readonly string[]>;
}

/**
 * Reads a JSON object and validates it.
 *
 * @returns undefined if there is no such object.
 * @throws {TypeError} If the object does not match the schema; the message names the key and the first wrong field.
 */
export async function readJson<Schema extends z.ZodType>(
  lake: Pick<Lake, 'read'>,
  key: string,
  schema: Schema,
): Promise<z.infer<Schema> | undefined> {
  const object = await lake.read(key);
  return object && parseJson(object.text, key, schema);
}

/**
 * Parses and validates the text of an object.
 *
 * @param key Key of the object, for the message.
 * @throws {TypeError} If the text does not match the schema; the message names the key and the first wrong field.
 */
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

/**
 * Formats a value as the stages store JSON: indented by two spaces, so that a person can read it in the S3 console.
 *
 * @example
 * toJson({ run: 1 }) // '{\n  "run": 1\n}\n'
 */
export const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** The lake in S3. The SDK takes endpoint, region and credentials from its own environment variables. */
export function s3Lake(bucket: string, client: S3Client = createS3Client()): Lake {
  /** Writes on a condition. @returns false if the condition does not hold. */
  async function putIf(
    condition: { readonly IfNoneMatch: '*' } | { readonly IfMatch: string },
    object: { readonly Key: string; readonly Body: string | Uint8Array; readonly ContentType: string },
  ): Promise<boolean> {
    try {
      await client.send(new PutObjectCommand({ Bucket: bucket, ...object, ...condition }));
      return true;
    } catch (error) {
      // If the answer to an earlier attempt was lost, the object that breaks the condition may be our own.
      if (hasStatus(error, PRECONDITION_FAILED)) return wasRepeated(error) && (await holds(object));
      if (hasStatus(error, CONFLICT))
        throw new Error(
          `Cannot write ${object.Key}: S3 answered 409 (another conditional write is in progress); try again`,
          { cause: error },
        );
      throw error;
    }
  }

  /** @returns Whether the object holds these bytes; false for a writer that may not read, such as accumulate. */
  async function holds({ Key, Body }: { Key: string; Body: string | Uint8Array }): Promise<boolean> {
    try {
      const stored = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
      return Buffer.from(Body).equals((await stored.Body?.transformToByteArray()) ?? Buffer.alloc(0));
    } catch (error) {
      if (error instanceof S3ServiceException && /^(AccessDenied|NoSuchKey)$/.test(error.name)) return false;
      throw error;
    }
  }

  return {
    create: (Key, Body, ContentType) => putIf({ IfNoneMatch: '*' }, { Key, Body, ContentType }),
    replace: (Key, Body, ContentType, etag) =>
      putIf(etag === undefined ? { IfNoneMatch: '*' } : { IfMatch: etag }, { Key, Body, ContentType }),
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
 * Creates an S3 client for this process. With an endpoint of its own it uses path-style addresses, because emulators have
 * no DNS names for buckets. The SDK does not repeat a 409 (two conditional writes at the same time) by default; this
 * client does.
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
    // Inside the SDK's retry middleware, which has a high priority in this step.
    { step: 'finalizeRequest', priority: 'low', name: 'retryConflicts' },
  );
  return client;
}

/** The condition of a write does not hold. */
const PRECONDITION_FAILED = 412;
/** Another conditional write of the same key is in progress. */
const CONFLICT = 409;

const hasStatus = (error: unknown, status: number): error is S3ServiceException =>
  error instanceof S3ServiceException && error.$metadata.httpStatusCode === status;

/** Returns whether the SDK sent the request more than once. */
const wasRepeated = ({ $metadata }: S3ServiceException): boolean => ($metadata.attempts ?? 1) > 1;
