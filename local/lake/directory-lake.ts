import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Lake } from '../../lambdas/shared/platform/lake.ts';

/** Returns a lake that stores its objects as files in a directory instead of a bucket. For one process at a time. */
export function directoryLake(directory: string): Lake {
  const at = (key: string): string => join(directory, key);
  const write = (key: string, body: string | Uint8Array): void => {
    mkdirSync(dirname(at(key)), { recursive: true });
    writeFileSync(at(key), body);
  };
  const etagOf = (key: string): string | undefined =>
    existsSync(at(key))
      ? createHash('md5')
          .update(readFileSync(at(key)))
          .digest('hex')
      : undefined;
  const keysBelow = (prefix: string): string[] =>
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
      .filter((key) => key.startsWith(prefix))
      .sort();
  return {
    async create(key, body) {
      if (existsSync(at(key))) return false;
      write(key, body);
      return true;
    },
    async replace(key, body, _contentType, etag) {
      if (etagOf(key) !== etag) return false;
      write(key, body);
      return true;
    },
    async read(key) {
      const etag = etagOf(key);
      return etag === undefined ? undefined : { text: readFileSync(at(key), 'utf8'), etag };
    },
    async *list(prefix, after = '') {
      for (const key of keysBelow(prefix)) {
        const { size: sizeBytes, mtimeMs: storedAtMs } = statSync(at(key));
        if (key > after) yield { key, sizeBytes, storedAtMs };
      }
    },
    async folders(prefix) {
      const names = keysBelow(prefix).flatMap((key) =>
        key.slice(prefix.length).split('/').slice(0, -1).slice(0, 1),
      );
      return [...new Set(names)].map((name) => `${prefix}${name}/`);
    },
  };
}
