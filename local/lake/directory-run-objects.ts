import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunObjects } from '../../lambdas/serve/run-objects.ts';

/** Returns the objects that serve reads, from a directory that has the layout of the bucket. */
export function directoryRunObjects(directory: string): RunObjects {
  const at = (key: string): string => join(directory, key);
  return {
    async readUnless(key, etag) {
      if (!existsSync(at(key))) return undefined;
      const text = await readFile(at(key), 'utf8');
      const found = createHash('sha256').update(text).digest('hex');
      return found === etag ? 'same' : { text, etag: found };
    },
    bytes: async (key) => (existsSync(at(key)) ? readFile(at(key)) : undefined),
    async part(key, { offset, sizeBytes }, etag) {
      if (!existsSync(at(key))) return undefined;
      const file = await open(at(key));
      try {
        const { mtimeMs, size } = await file.stat();
        const found = `${mtimeMs}-${size}`;
        if (found !== (etag ?? found)) return 'changed';
        const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(sizeBytes), position: offset });
        return { bytes: buffer.subarray(0, bytesRead), etag: found };
      } finally {
        await file.close();
      }
    },
  };
}
