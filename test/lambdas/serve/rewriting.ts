import { constants, crc32, deflateRawSync, gzipSync } from 'node:zlib';
import type { StoredHistory } from '../../../lambdas/shared/contract/answer-model.ts';
import type { ExplorerTable } from '../../../lambdas/shared/contract/explorer.ts';
import { manifestKey } from '../../../lambdas/shared/contract/keys.ts';
import type { MemoryLake } from '../../lake.ts';
import { AS_OF_MS, storedOf, writeRun } from './shop.ts';

/** A run with the histories of many users in two files of several blocks, and what happens to its files when users are forgotten. */

export const USERS = Array.from({ length: 24 }, (_, number) => `u${String(number).padStart(2, '0')}`);
/** User n has bought product n, so that an answer shows whose history it is made of. */
const PRODUCTS = USERS.map((user) => `product of ${user}`);
const PER_BLOCK = 3;
const FILES = ['model/histories-00000.json.gz', 'model/histories-00001.json.gz'] as const;
export const keyOf = (name: string): string => `runs/1/1/${name}`;
const INDEX = keyOf('model/answer.json');

type Rows = readonly (readonly [user: string, history: StoredHistory])[];
const ROWS: Rows = USERS.map((user, number) => [user, storedOf(number)]);

/**
 * How the files are rewritten: with blocks that keep their places and lengths; with blocks that become shorter; with other users in each
 * block.
 */
export const STYLES = ['kept', 'shorter', 'regrouped'] as const;
export type Style = (typeof STYLES)[number];

/** The objects that have the histories. */
export type Files = ReadonlyMap<string, Buffer>;

const text = (rows: Rows): string => JSON.stringify({ names: [], rows });

/** Makes blocks of some rows, at most `perBlock` in each. */
function blocksOf(rows: Rows, perBlock: number): Rows[] {
  return Array.from({ length: Math.ceil(rows.length / perBlock) }, (_, index) =>
    rows.slice(index * perBlock, (index + 1) * perBlock),
  );
}

/** @param from By block: the key that it begins with. */
function filesOf(blocks: readonly Buffer[], from: readonly string[]): Files {
  const half = Math.ceil(blocks.length / 2);
  const parts = [blocks.slice(0, half), blocks.slice(half)];
  const histories: ExplorerTable = parts.map((part, index) => ({
    file: FILES[index] ?? '',
    from: from.slice(index * half, index * half + part.length),
    sizes: part.map(({ length }) => length),
  }));
  const document = { run: 1, products: PRODUCTS, asOfMs: AS_OF_MS, histories };
  return new Map([
    ...parts.map((part, index) => [keyOf(FILES[index] ?? ''), Buffer.concat(part)] as const),
    [INDEX, Buffer.from(JSON.stringify(document))],
  ]);
}

const firstKeys = (blocks: readonly Rows[]): string[] => blocks.map(([row]) => row?.[0] ?? '');

const ORIGINAL = blocksOf(ROWS, PER_BLOCK);
const ORIGINAL_MEMBERS = ORIGINAL.map((rows) => gzipSync(text(rows)));

/** Writes run 1. */
export function writeManyHistories(lake: MemoryLake): void {
  writeRun(lake, { run: 1, products: PRODUCTS, asOfMs: AS_OF_MS }, {});
  put(lake, filesOf(ORIGINAL_MEMBERS, firstKeys(ORIGINAL)));
  const stored = JSON.parse(lake.text(manifestKey(1)));
  const names = ['model/answer.json', 'model/answer.safetensors', ...FILES];
  const files = names.map((name) => ({ ...stored.files[0], name, key: keyOf(name) }));
  putManifest(lake, { ...stored, files });
}

const put = (lake: MemoryLake, files: Files): void => {
  for (const [key, bytes] of files) lake.objects.set(key, { bytes, storedAtMs: lake.nowMs });
};

const putManifest = (lake: MemoryLake, manifest: object): void => {
  const bytes = Buffer.from(JSON.stringify(manifest));
  lake.objects.set(manifestKey(1), { bytes, storedAtMs: lake.nowMs });
};

/** Returns the steps in which the files are rewritten without some users; each step replaces one object. The manifest is the last one. */
export function rewritingSteps(
  lake: MemoryLake,
  style: Style,
  erased: ReadonlySet<string>,
): { readonly files: (() => void)[]; readonly manifest: () => void } {
  const files = rewritten(style, erased);
  return {
    files: [...files].map((entry) => () => put(lake, new Map([entry]))),
    manifest: () => {
      const stored = JSON.parse(lake.text(manifestKey(1)));
      const facts = { sizeBytes: 1, rows: 1, sha256: '0'.repeat(64) };
      const change = { erasure: 1, name: FILES[0], before: facts, after: facts };
      putManifest(lake, { ...stored, erased: [...(stored.erased ?? []), change] });
    },
  };
}

function rewritten(style: Style, erased: ReadonlySet<string>): Files {
  const isLeft = ([user]: Rows[number]): boolean => !erased.has(user);
  if (style === 'regrouped') {
    const blocks = blocksOf(ROWS.filter(isLeft), PER_BLOCK);
    return filesOf(
      blocks.map((rows) => gzipSync(text(rows))),
      firstKeys(blocks),
    );
  }
  const blocks = ORIGINAL.map((rows) => rows.filter(isLeft));
  const members = blocks.map((rows, index) => {
    if (rows.length === PER_BLOCK) return ORIGINAL_MEMBERS[index] as Buffer;
    return style === 'kept' ? padded(text(rows), ORIGINAL_MEMBERS[index]?.length ?? 0) : gzipSync(text(rows));
  });
  // A block without users begins where it did before.
  const from = blocks.map(([row], index) => row?.[0] ?? ORIGINAL[index]?.[0]?.[0] ?? '');
  return filesOf(members, from);
}

/** Makes a gzip member of a given length, with an extra field in its header. */
function padded(content: string, sizeBytes: number): Buffer {
  const bytes = Buffer.from(content);
  const body = deflateRawSync(bytes, { level: constants.Z_BEST_COMPRESSION });
  const extra = Buffer.alloc(sizeBytes - body.length - 20);
  const header = Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, extra.length % 256, extra.length >> 8]);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(bytes), 0);
  trailer.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([header, extra, body, trailer]);
}
