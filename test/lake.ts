import { createHash } from 'node:crypto';
import type { Lake } from '../lambdas/shared/platform/lake.ts';

interface Stored {
  readonly bytes: Buffer;
  readonly storedAtMs: number;
}

/** A lake in memory, with the same conditional writes as S3. */
export interface MemoryLake extends Lake {
  /** The objects, by key. */
  readonly objects: Map<string, Stored>;
  /** The keys that begin with `prefix`, in order. */
  keys(prefix?: string): string[];
  text(key: string): string;
  /** Called before every operation. If it throws, the operation fails with the same error. */
  fault: (operation: 'create' | 'replace' | 'read' | 'list', key: string) => void;
  /** The time of the bucket's clock, epoch ms. */
  nowMs: number;
}

/** Yields between reading and writing, so that concurrent callers interleave as they do over a network. */
const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const etagOf = ({ bytes }: Stored): string => createHash('md5').update(bytes).digest('hex');

export function memoryLake(): MemoryLake {
  const objects = new Map<string, Stored>();
  const sortedKeys = (prefix = ''): string[] =>
    [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();

  async function put(key: string, body: string | Uint8Array, allowed: () => boolean): Promise<boolean> {
    await pause();
    if (!allowed()) return false;
    objects.set(key, { bytes: Buffer.from(body), storedAtMs: lake.nowMs });
    return true;
  }

  const lake: MemoryLake = {
    objects,
    nowMs: Date.UTC(2026, 5, 30),
    fault: () => undefined,
    keys: sortedKeys,
    text: (key) => {
      const stored = objects.get(key);
      if (!stored) throw new Error(`${key} is not in the lake; there are ${sortedKeys().join(', ')}`);
      return stored.bytes.toString();
    },
    async create(key, body) {
      lake.fault('create', key);
      return put(key, body, () => !objects.has(key));
    },
    async replace(key, body, _contentType, etag) {
      lake.fault('replace', key);
      return put(key, body, () => {
        const stored = objects.get(key);
        return etag === (stored && etagOf(stored));
      });
    },
    async read(key) {
      lake.fault('read', key);
      await pause();
      const stored = objects.get(key);
      return stored && { text: stored.bytes.toString(), etag: etagOf(stored) };
    },
    async *list(prefix, after = '') {
      lake.fault('list', prefix);
      await pause();
      for (const key of sortedKeys(prefix)) {
        const stored = objects.get(key);
        if (stored && key > after)
          yield { key, sizeBytes: stored.bytes.length, storedAtMs: stored.storedAtMs };
      }
    },
    async folders(prefix) {
      lake.fault('list', prefix);
      await pause();
      const deeper = sortedKeys(prefix).filter((key) => key.indexOf('/', prefix.length) > 0);
      return [...new Set(deeper.map((key) => key.slice(0, key.indexOf('/', prefix.length) + 1)))];
    },
  };
  return lake;
}
