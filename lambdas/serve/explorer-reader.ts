import { ExplorerIndex, type ExplorerUser, ExplorerUsers } from '../shared/contract/explorer.ts';
import { parseJson } from '../shared/platform/lake.ts';
import { BlockTable, type Row } from '../shared/web/block-table.ts';
import { readBlock } from './read-block.ts';
import type { RunObjects } from './run-objects.ts';

/**
 * Reads what the explorer shows of a user.
 *
 * @param user As the run spells it.
 * @returns undefined if the run does not know the user, or if an earlier version made the run, without these files.
 * @throws {Error} If a file is missing or damaged; the message names the object.
 */
export type ExplorerReader = (user: string) => Promise<Row<ExplorerUser> | undefined>;

const INDEX = 'explorer/index.json';
/** Limit of the blocks that are kept, in their compressed bytes. Few requests ask for them. */
const KEPT_BYTES = 1024 * 1024;

/**
 * Makes a reader of the explorer's users of one run. Nothing is read before it is asked for the first user.
 *
 * @param keys The keys of the files of the run, by name.
 */
export function createExplorerReader(
  objects: Pick<RunObjects, 'bytes'>,
  keys: ReadonlyMap<string, string>,
): ExplorerReader {
  let opening: Promise<BlockTable<ExplorerUser> | undefined> | undefined;
  return async (user) => {
    opening ??= open(objects, keys);
    try {
      return await (await opening)?.get(user);
    } catch (error) {
      // The next request reads the index again.
      opening = undefined;
      throw error;
    }
  };
}

async function open(
  objects: Pick<RunObjects, 'bytes'>,
  keys: ReadonlyMap<string, string>,
): Promise<BlockTable<ExplorerUser> | undefined> {
  const key = keys.get(INDEX);
  if (key === undefined) return undefined;
  const bytes = await objects.bytes(key);
  if (!bytes) throw new Error(`Cannot read the explorer's files: ${key} does not exist`);
  const { users } = parseJson(Buffer.from(bytes).toString('utf8'), key, ExplorerIndex);
  const keyOf = (file: string): string => {
    const found = keys.get(file);
    if (found === undefined) throw new Error(`Cannot read the explorer's files: the run has no ${file}`);
    return found;
  };
  return new BlockTable<ExplorerUser>(
    users,
    (place) => readBlock(objects, { key: keyOf(place.file), place }, ExplorerUsers),
    KEPT_BYTES,
  );
}
