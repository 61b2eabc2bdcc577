import type { ExplorerTable } from '../contract/explorer.ts';

/** A block of a table, as the Spark job writes it. */
export interface Block<Value> {
  readonly names: readonly (readonly [product: string, name: string])[];
  readonly rows: readonly (readonly [key: string, value: Value])[];
}

/** The location of a block: a range of bytes in a file of the run. */
export interface BlockPlace {
  readonly file: string;
  readonly offset: number;
  readonly sizeBytes: number;
}

/** A row, with the names of the products that its value mentions by id. */
export interface Row<Value> {
  readonly key: string;
  readonly value: Value;
  readonly names: ReadonlyMap<string, string>;
}

/**
 * A block is not the one that the table describes. The files of a run are rewritten when a user is forgotten, so the table may be older or
 * newer than its file: read both again.
 */
export class BlockChanged extends Error {}

interface LoadedBlock<Value> {
  readonly rows: Block<Value>['rows'];
  readonly names: ReadonlyMap<string, string>;
}

/**
 * A table that is sorted by key and stored in blocks. Only the blocks that are needed are read. They are kept, so that each of
 * them is read once; with a limit, the blocks that were used most recently are kept.
 *
 * Keys are in the order of `<` between strings, by which the Spark job sorts them. Every key in block i is ≥ `from[i]`;
 * every earlier key is < `from[i]`.
 */
export class BlockTable<Value> {
  private readonly from: readonly string[];
  private readonly places: readonly BlockPlace[];
  private readonly read: (place: BlockPlace) => Promise<Block<Value>>;
  private readonly mostBytes: number;
  /** Blocks in the order of their last use. */
  private readonly loading = new Map<number, Promise<LoadedBlock<Value>>>();
  private keptBytes = 0;

  /** @param mostBytes Limit of the blocks that are kept, in the bytes that they have in their file; none by default. */
  constructor(
    parts: ExplorerTable,
    read: (place: BlockPlace) => Promise<Block<Value>>,
    mostBytes = Number.POSITIVE_INFINITY,
  ) {
    this.from = parts.flatMap(({ from }) => from);
    this.places = parts.flatMap(placesOf);
    this.read = read;
    this.mostBytes = mostBytes;
  }

  /**
   * @returns undefined if no row has this key
   * @throws {BlockChanged} If the block has keys that the table does not have there.
   */
  async get(key: string): Promise<Row<Value> | undefined> {
    const index = this.blockFor(key);
    const { rows, names } = index < 0 ? EMPTY : await this.block(index);
    const row = rows.find(([rowKey]) => rowKey === key);
    return row && { key, value: row[1], names };
  }

  /**
   * Finds rows whose key begins with `prefix`.
   *
   * @param limit The maximum number of rows; blocks after the last of them are not read.
   * @param isWanted Called in order for each row that matches; rows that it rejects are skipped, within
   * {@link MAX_BLOCKS} blocks.
   * @returns The first such rows, in the order of their keys.
   */
  async beginningWith(
    prefix: string,
    limit: number,
    isWanted: (row: Row<Value>) => boolean = () => true,
  ): Promise<Row<Value>[]> {
    const found: Row<Value>[] = [];
    const first = Math.max(0, this.blockFor(prefix));
    for (let index = first; index < first + MAX_BLOCKS && this.mayContain(index, prefix); index++) {
      const { rows, names } = await this.block(index);
      for (const [key, value] of rows) {
        if (!key.startsWith(prefix) || !isWanted({ key, value, names })) continue;
        found.push({ key, value, names });
        if (found.length === limit) return found;
      }
    }
    return found;
  }

  /** Returns the last block with `from` ≤ key, found by binary search; -1 if there is none. */
  private blockFor(key: string): number {
    let [low, high] = [-1, this.from.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.from[middle] ?? '') <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Returns whether a block may contain keys with this prefix: its `from` is ≤ the prefix or begins with it. */
  private mayContain(index: number, prefix: string): boolean {
    const from = this.from[index];
    return from !== undefined && (from <= prefix || from.startsWith(prefix));
  }

  private block(index: number): Promise<LoadedBlock<Value>> {
    const place = this.places[index];
    if (!place) throw new RangeError(`Cannot read block ${index}: there are ${this.places.length}`);
    const known = this.loading.get(index);
    if (known) {
      this.loading.delete(index);
      this.loading.set(index, known);
      return known;
    }
    const loading = this.read(place).then(({ rows, names }) => {
      this.checkKeys(index, rows);
      return { rows, names: new Map(names) };
    });
    this.loading.set(index, loading);
    this.keptBytes += place.sizeBytes;
    // After a failure the next lookup reads the block again.
    loading.catch(() => {
      if (this.loading.get(index) === loading) this.forget(index);
    });
    for (const oldest of this.loading.keys()) {
      if (this.keptBytes <= this.mostBytes || oldest === index) break;
      this.forget(oldest);
    }
    return loading;
  }

  /** The message has no key, because keys are users. */
  private checkKeys(index: number, rows: Block<Value>['rows']): void {
    // Keys before the first one of the index belong to the first block: the index may show no user who was forgotten.
    const [from = '', next] = [index === 0 ? '' : this.from[index], this.from[index + 1]];
    if (rows.some(([key]) => key < from || (next !== undefined && key >= next)))
      throw new BlockChanged(
        `Cannot use block ${index} of ${this.places[index]?.file}: it has keys that belong to another block`,
      );
  }

  private forget(index: number): void {
    if (this.loading.delete(index)) this.keptBytes -= this.places[index]?.sizeBytes ?? 0;
  }
}

/** The most blocks that one search reads; thousands of names may begin with the same word. */
const MAX_BLOCKS = 20;

const EMPTY = { rows: [], names: new Map<string, string>() };

function placesOf({ file, sizes }: ExplorerTable[number]): BlockPlace[] {
  let offset = 0;
  return sizes.map((sizeBytes) => {
    const place = { file, offset, sizeBytes };
    offset += sizeBytes;
    return place;
  });
}
