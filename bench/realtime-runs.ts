import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CURRENT_KEY, manifestKey } from '../lambdas/shared/contract/keys.ts';
import { type Current, Manifest } from '../lambdas/shared/contract/schemas.ts';

const TENSORS = 'model/answer.safetensors';

/** The runs that are switched; the first character of each product's name says of which run it is. */
export const RUNS = [1, 2] as const;

/**
 * Makes two runs of run 1 of a lake: the same model, in which the names of the products begin with the number of the run. So an answer
 * with names of one run and the number of the other one shows that runs were mixed.
 */
export function writeTwoRuns(lake: string): void {
  const manifest = Manifest.parse(JSON.parse(readFileSync(join(lake, manifestKey(1)), 'utf8')));
  const tensors = readFileSync(join(lake, keyOf(manifest, TENSORS)));
  for (const run of RUNS) {
    const key = `bench/${run}/answer.safetensors`;
    write(lake, key, markNames(tensors, String(run)));
    const files = manifest.files.map((file) => (file.name === TENSORS ? { ...file, key } : file));
    write(lake, manifestKey(run), JSON.stringify({ ...manifest, run, files }));
  }
}

function keyOf({ files }: Manifest, name: string): string {
  const file = files.find((candidate) => candidate.name === name);
  if (!file) throw new RangeError(`Cannot serve the run: it has no file ${name}`);
  return file.key;
}

/** Replaces the first byte of every name that is not empty. @returns A copy. */
function markNames(tensors: Uint8Array, mark: string): Uint8Array {
  const file = Buffer.from(tensors);
  const headerBytes = Number(file.readBigUInt64LE());
  const header = JSON.parse(file.toString('utf8', 8, 8 + headerBytes));
  const begin = (name: string): number => 8 + headerBytes + header[name].data_offsets[0];
  const count: number = header['product.nameEnds'].shape[0];
  const names = begin('product.names');
  let start = 0;
  for (let product = 0; product < count; product++) {
    const end = file.readInt32LE(begin('product.nameEnds') + 4 * product);
    if (end > start) file.write(mark, names + start, 'latin1');
    start = end;
  }
  return file;
}

/** Publishes a run, at once: a reader sees the pointer to one of both. */
export function publish(lake: string, run: (typeof RUNS)[number], publication: number): void {
  const current: Current = { publication, run, previous: run === 1 ? 2 : 1, decidedThrough: 2 };
  const path = join(lake, CURRENT_KEY);
  writeFileSync(`${path}.next`, JSON.stringify(current));
  renameSync(`${path}.next`, path);
}

function write(lake: string, key: string, body: string | Uint8Array): void {
  mkdirSync(dirname(join(lake, key)), { recursive: true });
  writeFileSync(join(lake, key), body);
}
