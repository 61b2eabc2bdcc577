import {
  type Block,
  type BlockKind,
  blockFor,
  blocksWith,
  isLaidOut,
  keysIn,
  membersOf,
  type Place,
  placesOf,
} from './blocks.ts';
import { readMember } from './gzip-member.ts';
import { arrayAt, type Edit, itemTexts, parseJsonText, replaceItems } from './json-text.ts';
import type { Forgotten, RunContext } from './kind.ts';

/**
 * Replaces the first keys of blocks that are a forgotten user, or the beginning of the user's id. Such a key becomes what the job would
 * have written without the user: the shortest beginning of the first key that is left which sorts after the key before it. Lengths of
 * blocks are replaced if they have changed.
 *
 * If no length changed, the blocks may be rewritten before or after the index, in any order of readers: every user who is left is found
 * with the old index and with the new one.
 *
 * @param path Where the table is in the document.
 */
export async function indexEdits(
  document: string,
  forgotten: Forgotten,
  {
    path,
    run,
    kind,
  }: { readonly path: readonly string[]; readonly run: RunContext; readonly kind: BlockKind },
): Promise<Edit[]> {
  const blocks = placesOf(kind.table(JSON.parse(document)));
  const positions = revealing(blocks, forgotten);
  const files = new TableFiles(run, blocks);
  const reader = new KeyReader(files, { blocks, positions, forgotten });
  const from = new Map<number, string>();
  for (const position of positions) {
    const separator = await reader.from(position);
    if (separator !== blocks[position]?.from) from.set(position, JSON.stringify(separator));
  }
  const sizes = new Map<number, string>();
  for (const position of blocksWith(blocks, forgotten)) {
    const found = await files.place(position);
    if (found.sizeBytes !== blocks[position]?.sizeBytes) sizes.set(position, String(found.sizeBytes));
  }
  return [
    ...columnEdits(document, { path, name: 'from', values: from }),
    ...columnEdits(document, { path, name: 'sizes', values: sizes }),
  ];
}

/** Replaces some values of a column of the table. @param values By position of the block, as they are written. */
function columnEdits(
  document: string,
  {
    path,
    name,
    values,
  }: {
    readonly path: readonly string[];
    readonly name: string;
    readonly values: ReadonlyMap<number, string>;
  },
): Edit[] {
  if (values.size === 0) return [];
  let first = 0;
  return arrayAt(parseJsonText(document), ...path).items.flatMap((part) => {
    const column = arrayAt(part, name);
    const start = first;
    first += column.items.length;
    const texts = itemTexts(document, column);
    if (!texts.some((_, index) => values.has(start + index))) return [];
    return [
      replaceItems(
        document,
        column,
        texts.map((text, index) => values.get(start + index) ?? text),
      ),
    ];
  });
}

interface TableFile {
  readonly bytes: Uint8Array;
  /** The current places of its blocks; the index may be older. */
  readonly places: readonly Place[];
}

/** Reads the files of a table, each once. */
class TableFiles {
  private readonly run: RunContext;
  private readonly blocks: readonly Block[];
  /** The blocks of each file, and the position of the first one. */
  private readonly parts = new Map<string, { readonly first: number; readonly own: Block[] }>();
  private readonly known = new Map<string, Promise<TableFile>>();

  constructor(run: RunContext, blocks: readonly Block[]) {
    this.run = run;
    this.blocks = blocks;
    for (const [first, block] of blocks.entries()) {
      const part = this.parts.get(block.file);
      if (part) part.own.push(block);
      else this.parts.set(block.file, { first, own: [block] });
    }
  }

  async text(position: number): Promise<string> {
    const { bytes } = await this.file(this.fileOf(position));
    const { offset, sizeBytes } = await this.place(position);
    return readMember(bytes.subarray(offset, offset + sizeBytes)).text;
  }

  async place(position: number): Promise<Place> {
    const name = this.fileOf(position);
    const { places } = await this.file(name);
    const place = places[position - (this.parts.get(name)?.first ?? 0)];
    if (!place) throw new RangeError(`Cannot read block ${position}: ${name} has only ${places.length}`);
    return place;
  }

  private fileOf(position: number): string {
    const block = this.blocks[position];
    if (!block) throw new RangeError(`Cannot read block ${position}: there are ${this.blocks.length}`);
    return block.file;
  }

  private file(name: string): Promise<TableFile> {
    const known = this.known.get(name) ?? this.read(name);
    this.known.set(name, known);
    return known;
  }

  private async read(name: string): Promise<TableFile> {
    const bytes = await this.run.read(name);
    const own = this.parts.get(name)?.own ?? [];
    if (isLaidOut(bytes, own)) return { bytes, places: own };
    const places = Array.from(membersOf(bytes), ({ offset, sizeBytes }) => ({ offset, sizeBytes }));
    return { bytes, places };
  }
}

/**
 * Returns the positions of the blocks whose first key may be made of a forgotten user. Blocks without users that begin where such a block
 * does are among them.
 */
function revealing(blocks: readonly Block[], forgotten: Forgotten): ReadonlySet<number> {
  const found = new Set<number>();
  for (const user of forgotten.users) {
    if (!forgotten.isForgotten(user)) continue;
    const position = blockFor(blocks, user);
    const from = blocks[position]?.from;
    if (from === undefined || !user.startsWith(from)) continue;
    for (let at = position; blocks[at]?.from === from; at--) found.add(at);
  }
  return found;
}

/** Sorts after all ids that are not made to sort after it. */
const AFTER_ALL = '\uffff';

/** Reads the users who are left in blocks. */
class KeyReader {
  private readonly files: TableFiles;
  private readonly blocks: readonly Block[];
  /** The blocks whose first keys are replaced. */
  private readonly positions: ReadonlySet<number>;
  private readonly forgotten: Forgotten;
  private readonly known = new Map<number, Promise<string[]>>();

  constructor(
    files: TableFiles,
    table: {
      readonly blocks: readonly Block[];
      readonly positions: ReadonlySet<number>;
      readonly forgotten: Forgotten;
    },
  ) {
    this.files = files;
    this.blocks = table.blocks;
    this.positions = table.positions;
    this.forgotten = table.forgotten;
  }

  /** Returns the first key of a block, made of users who are left. */
  async from(position: number): Promise<string> {
    if (!this.positions.has(position)) return this.blocks[position]?.from ?? '';
    const [first] = await this.keys(position);
    const previous = await this.lastBefore(position);
    if (first === undefined) return this.ofEmpty(position, previous);
    const isFirstOfFile = previous?.file !== this.blocks[position]?.file;
    return previous === undefined || isFirstOfFile ? first : shortestAfter(previous.key, first);
  }

  /** A block without users begins where the next one does; the last one after all users. */
  private async ofEmpty(position: number, previous: { readonly key: string } | undefined): Promise<string> {
    for (let next = position + 1; next < this.blocks.length; next++) {
      const [first] = await this.keys(next);
      if (first !== undefined) return this.from(next);
    }
    return previous === undefined || previous.key < AFTER_ALL ? AFTER_ALL : `${previous.key}\u0000`;
  }

  private async lastBefore(position: number): Promise<{ key: string; file: string } | undefined> {
    for (let before = position - 1; before >= 0; before--) {
      const key = (await this.keys(before)).at(-1);
      if (key !== undefined) return { key, file: this.blocks[before]?.file ?? '' };
    }
    return undefined;
  }

  private keys(position: number): Promise<string[]> {
    const known = this.known.get(position) ?? this.readKeys(position);
    this.known.set(position, known);
    return known;
  }

  private async readKeys(position: number): Promise<string[]> {
    const text = await this.files.text(position);
    return keysIn(text).filter((key) => !this.forgotten.isForgotten(key));
  }
}

/**
 * Returns the shortest beginning of a key that sorts after the key before it, as the job does. It never ends between the two halves
 * of a surrogate pair.
 *
 * @example shortestAfter('alba', 'alice') // 'ali'
 */
export function shortestAfter(previous: string, key: string): string {
  let length = 0;
  while (length < key.length && previous[length] === key[length]) length += 1;
  const isHalf = /[\ud800-\udbff]/.test(key[length] ?? '');
  return key.slice(0, length + (isHalf ? 2 : 1));
}
