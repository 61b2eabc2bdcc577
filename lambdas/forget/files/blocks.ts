import { AnswerModel } from '../../shared/contract/answer-model.ts';
import { ExplorerIndex, type ExplorerTable } from '../../shared/contract/explorer.ts';
import { sum } from '../../shared/contract/numbers.ts';
import { readMember, writeMember } from './gzip-member.ts';
import {
  applyEdits,
  arrayAt,
  itemTexts,
  keepItems,
  parseJsonText,
  replaceItems,
  textOf,
} from './json-text.ts';
import { type Forgotten, type Rewritten, type RunContext, UNCHANGED } from './kind.ts';

/**
 * The tables of users that are read block by block: `explorer/users` and `model/histories`.
 *
 * A block keeps its place and its length, so that a reader who knows an older index, or reads while files are replaced, finds complete
 * blocks with the users that they had, except for those who were forgotten. Blocks without a forgotten user keep their bytes. Only if the
 * remaining rows do not fit, which happens only if all rows are nearly equal, a block becomes longer, and the index gets its length;
 * a reader with an older index then finds no gzip members where it looks, and never other users.
 */
export interface BlockKind {
  /** The document that says where the blocks are. */
  readonly index: string;
  readonly table: (document: unknown) => ExplorerTable;
}

export const EXPLORER_USERS: BlockKind = {
  index: 'explorer/index.json',
  table: (document) => ExplorerIndex.pick({ users: true }).loose().parse(document).users,
};
export const HISTORIES: BlockKind = {
  index: 'model/answer.json',
  table: (document) => AnswerModel.pick({ histories: true }).loose().parse(document).histories,
};

/** A block of a table. */
export interface Block {
  readonly file: string;
  readonly from: string;
  readonly offset: number;
  readonly sizeBytes: number;
}

const tables = new WeakMap<RunContext, Map<string, Promise<Block[] | undefined>>>();

/**
 * Reads where the blocks of a table are, in the order of their keys; once per run.
 *
 * @returns undefined if the run has no index: an attempt that failed may have left its tables without it.
 */
export function blocksOf(run: RunContext, { index, table }: BlockKind): Promise<Block[] | undefined> {
  if (!run.files.some(({ name }) => name === index)) return Promise.resolve(undefined);
  const known = tables.get(run) ?? new Map<string, Promise<Block[]>>();
  tables.set(run, known);
  const found =
    known.get(index) ??
    run.read(index).then((bytes) => placesOf(table(JSON.parse(Buffer.from(bytes).toString('utf8')))));
  known.set(index, found);
  return found;
}

export const placesOf = (table: ExplorerTable): Block[] =>
  table.flatMap(({ file, from, sizes }) => {
    let offset = 0;
    return sizes.map((sizeBytes, index) => {
      const block = { file, from: from[index] ?? '', offset, sizeBytes };
      offset += sizeBytes;
      return block;
    });
  });

/** Returns the position of the block that a key is in, if it is in the table; -1 if it sorts before all blocks. */
export function blockFor(blocks: readonly Block[], key: string): number {
  let [low, high] = [-1, blocks.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((blocks[middle]?.from ?? '') <= key) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * Returns the positions of the blocks that may have a forgotten user. If the index was rewritten before, the block of a user who was the
 * first one in it begins after the user, and blocks without users begin where the next one does.
 */
export function blocksWith(blocks: readonly Block[], forgotten: Forgotten): Set<number> {
  const found = new Set<number>();
  for (const user of forgotten.users) {
    if (!forgotten.isForgotten(user)) continue;
    const position = blockFor(blocks, user);
    let [first, last] = [Math.max(0, position), Math.min(position + 1, blocks.length - 1)];
    while (first > 0 && blocks[first - 1]?.from === blocks[first]?.from) first -= 1;
    while (last + 1 < blocks.length && blocks[last]?.from === blocks[last + 1]?.from) last += 1;
    for (let at = first; at <= last; at++) found.add(at);
  }
  return found;
}

/** Returns whether a file has a block that may have a forgotten user. */
export async function mayHoldBlocks(
  name: string,
  forgotten: Forgotten,
  { run, kind }: { readonly run: RunContext; readonly kind: BlockKind },
): Promise<boolean> {
  const blocks = await blocksOf(run, kind);
  return !blocks || [...blocksWith(blocks, forgotten)].some((position) => blocks[position]?.file === name);
}

/**
 * Removes the rows of users from a file of blocks.
 *
 * @param name Of the file, in the manifest.
 */
export async function rewriteBlocks(
  bytes: Uint8Array,
  forgotten: Forgotten,
  { name, run, kind }: { readonly name: string; readonly run: RunContext; readonly kind: BlockKind },
): Promise<Rewritten> {
  const blocks = await blocksOf(run, kind);
  const parts: Uint8Array[] = [];
  let [copied, removedRows] = [0, 0];
  for (const { offset, sizeBytes } of placesIn(bytes, { name, blocks, forgotten })) {
    const { text } = readMember(bytes.subarray(offset, offset + sizeBytes));
    const without = withoutUsers(text, forgotten);
    if (!without) continue;
    parts.push(bytes.subarray(copied, offset), writeMember(without.text, sizeBytes));
    copied = offset + sizeBytes;
    removedRows += without.removedRows;
  }
  if (removedRows === 0) return UNCHANGED;
  return { changed: true, bytes: Buffer.concat([...parts, bytes.subarray(copied)]), removedRows };
}

/** The place of a block in its file. */
export type Place = Pick<Block, 'offset' | 'sizeBytes'>;

/** Returns the places of the blocks that may have a forgotten user, ascending; of all blocks if the index does not fit this file. */
function placesIn(
  bytes: Uint8Array,
  {
    name,
    blocks = [],
    forgotten,
  }: { readonly name: string; readonly blocks: readonly Block[] | undefined; readonly forgotten: Forgotten },
): Iterable<Place> {
  const own = blocks.filter(({ file }) => file === name);
  if (!isLaidOut(bytes, own)) return membersOf(bytes);
  const wanted = blocksWith(blocks, forgotten);
  return blocks.filter(({ file }, position) => file === name && wanted.has(position));
}

/** Returns whether the blocks of an index take exactly the bytes of their file. */
export const isLaidOut = (bytes: Uint8Array, blocks: readonly Place[]): boolean =>
  sum(blocks.map(({ sizeBytes }) => sizeBytes)) === bytes.length;

/** Finds the blocks of a file one after another, by decoding them. */
export function* membersOf(bytes: Uint8Array): Generator<Place & { readonly text: string }> {
  let offset = 0;
  while (offset < bytes.length) {
    const member = readMember(bytes.subarray(offset));
    yield { offset, ...member };
    offset += member.sizeBytes;
  }
}

/** Counts the rows of all blocks. */
export function blockRows(bytes: Uint8Array): number {
  let rows = 0;
  for (const { text } of membersOf(bytes)) rows += keysIn(text).length;
  return rows;
}

/** Returns the keys of a block, in order. */
export function keysIn(block: string): string[] {
  const { items } = arrayAt(parseJsonText(block), 'rows');
  return items.map((row) => textOf(block, row.kind === 'array' ? row.items[0] : undefined) ?? '');
}

/** Removes rows from a block, and the names of products that only they mention. @returns undefined if there are none. */
function withoutUsers(
  block: string,
  forgotten: Forgotten,
): { text: string; removedRows: number } | undefined {
  const keys = keysIn(block);
  const isForgotten = keys.map((key) => forgotten.isForgotten(key));
  const removedRows = isForgotten.filter(Boolean).length;
  if (removedRows === 0) return undefined;
  const root = parseJsonText(block);
  const [names, rows] = [arrayAt(root, 'names'), arrayAt(root, 'rows')];
  const kept = itemTexts(block, rows).filter((_, index) => !isForgotten[index]);
  const mentioned = productsIn(kept.map((row) => JSON.parse(row)));
  const isMentioned = names.items.map((item) =>
    mentioned.has(textOf(block, item.kind === 'array' ? item.items[0] : undefined) ?? ''),
  );
  const text = applyEdits(block, [
    replaceItems(block, rows, kept),
    keepItems(block, names, (index) => isMentioned[index] === true),
  ]);
  return { text, removedRows };
}

/** Returns all values of fields `product` in some JSON. */
function productsIn(rows: readonly unknown[]): ReadonlySet<unknown> {
  const found = new Set<unknown>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, field] of Object.entries(value)) {
      if (name === 'product') found.add(field);
      visit(field);
    }
  };
  visit(rows);
  return found;
}
