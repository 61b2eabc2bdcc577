import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `npm run clean` removes it. */
const DIRECTORY = fileURLToPath(new URL('../.cartograph/bundles/', import.meta.url));

/** Size and time of the last change of each file that a bundle was made from, by path. */
type Inputs = Readonly<Record<string, readonly [sizeBytes: number, changedMs: number]>>;

/**
 * Writes a bundle into a directory: a copy of an earlier one if none of the files that it was made from has changed since,
 * otherwise a new one. Bundling all Lambdas takes seconds.
 *
 * @param key Everything that the bundle depends on apart from its files: the entry and the options.
 * @param build Writes the bundle into a directory. Returns the paths of the files that it was made from.
 * @param cache Where bundles are kept. Two processes may use it at the same time.
 */
export function cachedBundle(
  { key, directory }: { readonly key: unknown; readonly directory: string },
  build: (directory: string) => readonly string[],
  cache: string = DIRECTORY,
): void {
  const kept = join(cache, createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 16));
  if (!isCurrent(kept)) keep(kept, build);
  cpSync(join(kept, 'bundle'), directory, { recursive: true });
}

function isCurrent(kept: string): boolean {
  const path = join(kept, 'inputs.json');
  if (!existsSync(path)) return false;
  const inputs = JSON.parse(readFileSync(path, 'utf8')) as Inputs;
  return Object.entries(inputs).every(([file, [sizeBytes, changedMs]]) => {
    const stat = statSync(file, { throwIfNoEntry: false });
    return stat !== undefined && stat.size === sizeBytes && stat.mtimeMs === changedMs;
  });
}

/** The bundle gets its name when it is complete. If another process was faster, its bundle stays. */
function keep(kept: string, build: (directory: string) => readonly string[]): void {
  const own = `${kept}.${process.pid}`;
  rmSync(own, { recursive: true, force: true });
  mkdirSync(join(own, 'bundle'), { recursive: true });
  const inputs: Inputs = Object.fromEntries(
    build(join(own, 'bundle')).map((file) => {
      const { size, mtimeMs } = statSync(file);
      return [file, [size, mtimeMs]];
    }),
  );
  writeFileSync(join(own, 'inputs.json'), JSON.stringify(inputs));
  rmSync(kept, { recursive: true, force: true });
  try {
    renameSync(own, kept);
  } catch (error) {
    if (!existsSync(kept)) throw error;
    rmSync(own, { recursive: true, force: true });
  }
}
