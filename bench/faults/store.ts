import { createHash } from 'node:crypto';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { CURRENT_KEY, INDEX_KEY } from '../../lambdas/shared/contract/keys.ts';
import type { Process, Simulation } from './simulation.ts';

export interface Stored {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly storedAtMs: number;
}

/** Objects of one page of a listing; small, so that listings have several. */
const PAGE = 50;

/** A bucket in memory, which answers the S3 client of each process. */
export class Store {
  readonly objects = new Map<string, Stored>();
  private readonly simulation: Simulation;
  private readonly onWrite: (key: string, before: Stored | undefined) => void;

  /** @param onWrite Called after each write, with the object that was replaced, if there was one. */
  constructor(simulation: Simulation, onWrite: Store['onWrite']) {
    this.simulation = simulation;
    this.onWrite = onWrite;
  }

  /** Returns the client of a process, whose requests the adversary may disturb. */
  clientOf(process: Process): S3Client {
    const send = (command: unknown): Promise<unknown> =>
      this.simulation.send(process, {
        name: nameOf(command),
        arrive: (isRepeat) => this.answer(command, isRepeat ? 2 : 1),
      });
    return { send } as unknown as S3Client;
  }

  /** Returns the keys that begin with `prefix`, in order. */
  keys(prefix = ''): string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  /** @throws {Error} If there is no such object. */
  bytes(key: string): Buffer {
    const stored = this.objects.get(key);
    if (!stored) throw new Error(`${key} does not exist`);
    return stored.bytes;
  }

  /** @param attempts How often the client sent the request. */
  private answer(command: unknown, attempts: number): unknown {
    if (command instanceof PutObjectCommand) return this.put(command.input, attempts);
    if (command instanceof GetObjectCommand) return this.get(command.input.Key ?? '');
    if (command instanceof ListObjectsV2Command) return this.list(command.input);
    throw new TypeError('Cannot answer: the bucket does not know this command');
  }

  private put({ Key = '', Body, IfMatch, IfNoneMatch }: PutObjectCommand['input'], attempts: number): object {
    const before = this.objects.get(Key);
    if ((IfNoneMatch === '*' && before) || (IfMatch !== undefined && before?.etag !== IfMatch))
      throw failure('PreconditionFailed', 412, attempts);
    const bytes = Buffer.from(Body as string | Uint8Array);
    const etag = createHash('md5').update(bytes).digest('hex');
    this.objects.set(Key, { bytes, etag, storedAtMs: this.simulation.nowMs });
    this.onWrite(Key, before);
    return {};
  }

  private get(key: string): object {
    const stored = this.objects.get(key);
    if (!stored) throw failure('NoSuchKey', 404);
    const { bytes, etag } = stored;
    const Body = {
      transformToString: async () => bytes.toString(),
      transformToByteArray: async () => bytes,
    };
    return { Body, ETag: etag };
  }

  private list({
    Prefix = '',
    StartAfter = '',
    ContinuationToken = '',
    Delimiter,
  }: ListObjectsV2Command['input']): object {
    const after = ContinuationToken > StartAfter ? ContinuationToken : StartAfter;
    const keys = this.keys(Prefix).filter((key) => key > after);
    if (Delimiter !== undefined) {
      const deeper = keys.filter((key) => key.indexOf(Delimiter, Prefix.length) > 0);
      const folders = deeper.map((key) => key.slice(0, key.indexOf(Delimiter, Prefix.length) + 1));
      return { CommonPrefixes: [...new Set(folders)].map((folder) => ({ Prefix: folder })) };
    }
    const page = keys.slice(0, PAGE);
    return {
      Contents: page.map((Key) => {
        const { bytes, storedAtMs } = this.objects.get(Key) as Stored;
        return { Key, Size: bytes.length, LastModified: new Date(storedAtMs) };
      }),
      ...(keys.length > PAGE && { NextContinuationToken: page.at(-1) }),
    };
  }
}

/** Names a request by what it does and the first part of its key: `write windows/`. */
function nameOf(command: unknown): string {
  const { input } = command as { readonly input: { readonly Key?: string; readonly Prefix?: string } };
  const verb =
    command instanceof PutObjectCommand ? 'write' : command instanceof GetObjectCommand ? 'read' : 'list';
  return `${verb} ${kindOf(input.Key ?? input.Prefix ?? '')}`;
}

/** The kinds of objects that a stage writes one after the other. */
function kindOf(key: string): string {
  if (key === CURRENT_KEY || key === INDEX_KEY) return key;
  const folder = key.slice(0, key.indexOf('/') + 1);
  const name = /(\.started\.json|failed\.json|tries\/|index\.html)/.exec(key)?.[1] ?? '';
  return `${folder}${name === '' ? '' : `…${name}`}`;
}

const failure = (name: string, status: number, attempts = 1): S3ServiceException =>
  new S3ServiceException({
    name,
    message: name,
    $fault: 'client',
    $metadata: { httpStatusCode: status, attempts },
  });
