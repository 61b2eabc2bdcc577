import { shardOf } from '../../shared/contract/shards.ts';
import { csvRows, rewriteCsv } from './csv.ts';
import { USER_PREFIX } from './documents.ts';
import type { FileKind, Forgotten, Source } from './kind.ts';
import { parquetRows, rewriteParquet } from './parquet.ts';

/** The tables that have a row for each sale, recommendation, vertex or edge, as Parquet and as CSV. */

/** Describes how a table names the user of a row. */
interface UserColumns {
  /** The columns that decide about a row. */
  readonly columns: readonly string[];
  /** Those of them that name users. */
  readonly userColumns: readonly string[];
  readonly isRemoved: (forgotten: Forgotten) => (values: readonly unknown[]) => boolean;
  /** The form in which these columns have a user. */
  readonly written: (user: string) => string;
}

const BY_USER: UserColumns = {
  columns: ['user'],
  userColumns: ['user'],
  isRemoved: (forgotten) => remembering((user) => typeof user === 'string' && forgotten.isForgotten(user)),
  written: (user) => user,
};

/** Rows of sales. Later sales of the same user stay. */
const SALES: UserColumns = {
  columns: ['user', 'kafka_ms'],
  userColumns: ['user'],
  isRemoved:
    (forgotten) =>
    ([user, kafkaMs]) =>
      typeof user === 'string' && forgotten.isForgotten(user, Number(kafkaMs)),
  written: (user) => user,
};

const isForgottenVertex = (forgotten: Forgotten) => (id: unknown) =>
  typeof id === 'string' && id.startsWith(USER_PREFIX) && forgotten.isForgotten(id.slice(USER_PREFIX.length));

const VERTICES: UserColumns = {
  columns: ['id'],
  userColumns: ['id'],
  isRemoved: (forgotten) => remembering(isForgottenVertex(forgotten)),
  written: (user) => `${USER_PREFIX}${user}`,
};

/** No edge leads to a user today; both ends are checked all the same. */
const EDGES: UserColumns = {
  columns: ['source', 'target'],
  userColumns: ['source', 'target'],
  isRemoved: (forgotten) => {
    const [isSource, isTarget] = [isForgottenVertex(forgotten), isForgottenVertex(forgotten)].map(
      remembering,
    );
    return ([source, target]) => isSource?.([source]) === true || isTarget?.([target]) === true;
  },
  written: (user) => `${USER_PREFIX}${user}`,
};

/** Keeps the last answer, because the rows of a user follow each other. */
function remembering(isRemoved: (value: unknown) => boolean): (values: readonly unknown[]) => boolean {
  let last: unknown;
  let answer = false;
  return ([value]) => {
    if (value !== last) {
      last = value;
      answer = isRemoved(value);
    }
    return answer;
  };
}

type Naming = Pick<FileKind, 'name' | 'matches' | 'mayHold'> & { readonly holds: string };

const parquet = (naming: Naming, { columns, userColumns, isRemoved, written }: UserColumns): FileKind => ({
  ...naming,
  rewrite: (bytes, forgotten) =>
    rewriteParquet(bytes, {
      columns,
      userColumns,
      isRemoved: isRemoved(forgotten),
      mayHold: (least, greatest) => isBetween(forgotten, written, [least, greatest]),
    }),
  rows: parquetRows,
});

/** Compares as Parquet does, by UTF-8 bytes. The greatest value may be cut off. */
function isBetween(
  { users }: Forgotten,
  written: (user: string) => string,
  [least, greatest]: readonly [string, string],
): boolean {
  const [low, high] = [Buffer.from(least), Buffer.from(greatest)];
  for (const user of users) {
    const value = Buffer.from(written(user));
    if (Buffer.compare(value, low) >= 0 && (Buffer.compare(value, high) <= 0 || value.indexOf(high) === 0))
      return true;
  }
  return false;
}

const csv = (naming: Naming, { columns, isRemoved }: UserColumns): FileKind => ({
  ...naming,
  rewrite: (bytes, forgotten) => rewriteCsv(bytes, columns, isRemoved(forgotten)),
  rows: csvRows,
});

/** @param isFile By the path of a file below `runs/N/K/`. */
export const below =
  (pattern: RegExp) =>
  (key: string): boolean =>
    pattern.test(RUN_FILE.exec(key)?.[1] ?? '');

const RUN_FILE = /^runs\/\d{8,}\/\d{8,}\/(.+)$/s;

/** Returns the path of a file below `runs/N/K/`. @throws {RangeError} If the key is no such file. */
export function nameInRun(key: string): string {
  const name = RUN_FILE.exec(key)?.[1];
  if (name === undefined) throw new RangeError(`Cannot rewrite ${key}: it is not a file of a run`);
  return name;
}

const SHARD = /^recommendations\/part-(\d+)\.parquet$/;
const shards = new WeakMap<ReadonlySet<string>, Map<number, Set<number>>>();

/** All rows of a user are in one file, whose number follows from the user. */
function mayHoldShard({ key, run }: Source, forgotten: Forgotten): boolean {
  const count = run?.files.filter(({ name }) => SHARD.test(name)).length ?? 0;
  if (count === 0) return true;
  const byCount = shards.get(forgotten.users) ?? new Map<number, Set<number>>();
  shards.set(forgotten.users, byCount);
  const found = byCount.get(count) ?? new Set([...forgotten.users].map((user) => shardOf(user, count)));
  byCount.set(count, found);
  return found.has(Number(SHARD.exec(nameInRun(key))?.[1]));
}

/** The tables of runs, and the batches of sales. */
export const TABLES: readonly FileKind[] = [
  parquet(
    {
      name: 'interactions',
      holds: 'each row is a sale of the user `user`, with the order',
      matches: (key) => /^interactions\/.+\.parquet$/s.test(key),
    },
    SALES,
  ),
  parquet(
    {
      name: 'compacted',
      holds: 'each row is a sale of the user `user`, with the order',
      matches: below(/^compacted\/part-\d+\.parquet$/),
    },
    SALES,
  ),
  parquet(
    {
      name: 'recommendations',
      holds: 'column `user`',
      matches: below(SHARD),
      mayHold: mayHoldShard,
    },
    BY_USER,
  ),
  csv(
    {
      name: 'recommendations.csv',
      holds: 'column `user`',
      matches: below(/^recommendations(?:-\d+)?\.csv$/),
    },
    BY_USER,
  ),
  parquet(
    {
      name: 'vertices',
      holds: 'column `id`, with `u:` before the user',
      matches: below(/^graph\/vertices-\d+\.parquet$/),
    },
    VERTICES,
  ),
  csv(
    {
      name: 'vertices.csv',
      holds: 'column `id`, with `u:` before the user',
      matches: below(/^graph\/vertices(?:-\d+)?\.csv$/),
    },
    VERTICES,
  ),
  parquet(
    {
      name: 'edges',
      holds: 'column `source`, with `u:` before the user',
      matches: below(/^graph\/edges-\d+\.parquet$/),
    },
    EDGES,
  ),
  csv(
    {
      name: 'edges.csv',
      holds: 'column `source`, with `u:` before the user',
      matches: below(/^graph\/edges(?:-\d+)?\.csv$/),
    },
    EDGES,
  ),
  parquet({ name: 'users', holds: 'column `user`', matches: below(/^model\/users-\d+\.parquet$/) }, BY_USER),
];
