import type { ExplorerTable } from '../../shared/contract/explorer.ts';

/** As a block of a table of the explorer is written. */
export interface Block<Value> {
  readonly names: readonly (readonly [product: string, name: string])[];
  readonly rows: readonly (readonly [key: string, value: Value])[];
}

/** Where a block lies: bytes of a file of the run. */
export interface BlockPlace {
  readonly file: string;
  readonly offset: number;
  readonly sizeBytes: number;
}

/** A row, and names of the products that its value tells of by id. */
export interface Row<Value> {
  readonly key: string;
  readonly value: Value;
  readonly names: ReadonlyMap<string, string>;
}

interface Opened<Value> {
  readonly rows: Block<Value>['rows'];
  readonly names: ReadonlyMap<string, string>;
}

/**
 * A table whose rows stand in the order of their keys, in blocks of which only those are read that are needed; each once.
 * The order is that of `<` between strings, for the job sorts by it too.
 */
export class BlockTable<Value> {
  private readonly from: readonly string[];
  private readonly places: readonly BlockPlace[];
  private readonly read: (place: BlockPlace) => Promise<Block<Value>>;
  private readonly opened = new Map<number, Promise<Opened<Value>>>();

  constructor(parts: ExplorerTable, read: (place: BlockPlace) => Promise<Block<Value>>) {
    this.from = parts.flatMap(({ from }) => from);
    this.places = parts.flatMap(placesOf);
    this.read = read;
  }

  /** @returns undefined if there is no such row */
  async get(key: string): Promise<Row<Value> | undefined> {
    const at = this.placeOf(key);
    const { rows, names } = at < 0 ? NOTHING : await this.block(at);
    const row = rows.find(([own]) => own === key);
    return row && { key, value: row[1], names };
  }

  /**
   * Rows whose keys begin so, in order; the first ones.
   *
   * @param most How many at most; blocks behind are not read.
   * @param isWanted Called in order, for rows that begin so; others are passed over, those of {@link FARTHEST} blocks.
   */
  async beginningWith(
    beginning: string,
    most: number,
    isWanted: (row: Row<Value>) => boolean = () => true,
  ): Promise<Row<Value>[]> {
    const found: Row<Value>[] = [];
    const first = Math.max(0, this.placeOf(beginning));
    for (let at = first; at < first + FARTHEST && this.mayHold(at, beginning); at++) {
      const { rows, names } = await this.block(at);
      for (const [key, value] of rows) {
        if (!key.startsWith(beginning) || !isWanted({ key, value, names })) continue;
        found.push({ key, value, names });
        if (found.length === most) return found;
      }
    }
    return found;
  }

  /** The last block that begins with the key or before; -1 if all begin behind it. */
  private placeOf(key: string): number {
    let [low, high] = [-1, this.from.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.from[middle] ?? '') <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Blocks that begin with the beginning or in front of it, and those that begin as it does. */
  private mayHold(at: number, beginning: string): boolean {
    const from = this.from[at];
    return from !== undefined && (from <= beginning || from.startsWith(beginning));
  }

  private block(at: number): Promise<Opened<Value>> {
    const place = this.places[at];
    if (!place) throw new RangeError(`Cannot read block ${at}: there are ${this.places.length}`);
    const opened = this.opened.get(at);
    if (opened) return opened;
    const opening = this.read(place).then(({ rows, names }) => ({ rows, names: new Map(names) }));
    this.opened.set(at, opening);
    // What failed is read again at the next look.
    opening.catch(() => this.opened.delete(at));
    return opening;
  }
}

/** Blocks that one search reads at most: thousands of names that begin alike are not all read. */
const FARTHEST = 20;

const NOTHING = { rows: [], names: new Map<string, string>() };

function placesOf({ file, sizes }: ExplorerTable[number]): BlockPlace[] {
  let offset = 0;
  return sizes.map((sizeBytes) => {
    const place = { file, offset, sizeBytes };
    offset += sizeBytes;
    return place;
  });
}
