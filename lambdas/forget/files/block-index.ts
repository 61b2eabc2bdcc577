import { type Block, type BlockKind, blockFor, keysIn, placesOf } from './blocks.ts';
import { readMember } from './gzip-member.ts';
import { arrayAt, type Edit, itemTexts, type JsonNode, parseJsonText, replaceItems } from './json-text.ts';
import type { Erased, RunContext } from './kind.ts';

/**
 * Replaces the first keys of blocks that are an erased user, or the beginning of the user's id. Such a key becomes what the job would
 * have written without the user: the shortest beginning of the first key that is left which sorts after the key before it.
 *
 * The blocks may be rewritten before or after the index, in any order of readers: every user who is left is found with the old index
 * and with the new one.
 *
 * @param path Where the table is in the document.
 */
export async function separatorEdits(
  document: string,
  erased: Erased,
  {
    path,
    run,
    kind,
  }: { readonly path: readonly string[]; readonly run: RunContext; readonly kind: BlockKind },
): Promise<Edit[]> {
  const root = parseJsonText(document);
  const blocks = placesOf(kind.table(JSON.parse(document)));
  const positions = revealing(blocks, erased);
  const reader = new KeyReader(run, { blocks, positions, erased });
  const replaced = new Map<number, string>();
  for (const position of positions) {
    const from = await reader.from(position);
    if (from !== blocks[position]?.from) replaced.set(position, from);
  }
  if (replaced.size === 0) return [];

  const edits: Edit[] = [];
  let first = 0;
  for (const part of arrayAt(root, ...path).items) {
    const from = arrayAt(part as JsonNode, 'from');
    const start = first;
    first += from.items.length;
    if (![...replaced.keys()].some((position) => position >= start && position < first)) continue;
    const texts = itemTexts(document, from).map((text, index) => {
      const separator = replaced.get(start + index);
      return separator === undefined ? text : JSON.stringify(separator);
    });
    edits.push(replaceItems(document, from, texts));
  }
  return edits;
}

/**
 * Returns the positions of the blocks whose first key may be made of an erased user. Blocks without users that begin where such a block
 * does are among them.
 */
function revealing(blocks: readonly Block[], erased: Erased): ReadonlySet<number> {
  const found = new Set<number>();
  for (const user of erased.users) {
    if (!erased.isErased(user)) continue;
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
  private readonly run: RunContext;
  private readonly blocks: readonly Block[];
  /** The blocks whose first keys are replaced. */
  private readonly positions: ReadonlySet<number>;
  private readonly erased: Erased;
  private readonly known = new Map<number, Promise<string[]>>();

  constructor(
    run: RunContext,
    table: {
      readonly blocks: readonly Block[];
      readonly positions: ReadonlySet<number>;
      readonly erased: Erased;
    },
  ) {
    this.run = run;
    this.blocks = table.blocks;
    this.positions = table.positions;
    this.erased = table.erased;
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
    const block = this.blocks[position];
    if (!block) return [];
    const { text } = readMember(await this.run.read(block.file, block));
    return keysIn(text).filter((key) => !this.erased.isErased(key));
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
