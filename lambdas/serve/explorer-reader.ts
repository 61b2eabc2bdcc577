import { ExplorerIndex, type ExplorerUser, ExplorerUsers } from '../shared/contract/explorer.ts';
import { parseJson } from '../shared/platform/lake.ts';
import type { RunObjects } from './run-objects.ts';
import { createRunTable, type RowReader } from './run-table.ts';

/**
 * Reads what the explorer shows of a user, by the id as the run spells it. The result is undefined if the run does not know the user, or
 * if an earlier version made the run, without these files.
 */
export type ExplorerReader = RowReader<ExplorerUser>;

export interface ExplorerReaderOptions {
  readonly objects: Pick<RunObjects, 'bytes' | 'part'>;
  /** The keys of the files of the run, by name. */
  readonly keys: ReadonlyMap<string, string>;
  /** The clock, epoch ms. */
  readonly nowMs: () => number;
}

const INDEX = 'explorer/index.json';
/** Limit of the blocks that are kept, in their compressed bytes. Few requests ask for them. */
const KEPT_BYTES = 1024 * 1024;

/** Makes a reader of the explorer's users of one run. Nothing is read before it is asked for the first user. */
export function createExplorerReader({ objects, keys, nowMs }: ExplorerReaderOptions): ExplorerReader {
  if (!keys.has(INDEX)) return async () => undefined;
  return createRunTable({
    objects,
    keyOf(file) {
      const key = keys.get(file);
      if (key === undefined) throw new Error(`Cannot read the explorer's files: the run has no ${file}`);
      return key;
    },
    index: INDEX,
    parse: (text, key) => parseJson(text, key, ExplorerIndex).users,
    block: ExplorerUsers,
    mostBytes: KEPT_BYTES,
    nowMs,
  });
}
