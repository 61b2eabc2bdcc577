import type { Outside } from '../shared/contract/erasure.ts';
import type { Log } from '../shared/platform/log.ts';
import type { ErasureUsers } from './erased.ts';
import { searchLogs } from './logs.ts';
import { mentionsOf } from './mentions.ts';
import { searchQueue } from './queues.ts';
import type { ForgetRecent } from './table.ts';

/** A place outside the bucket that may hold users. */
export interface Place {
  /** Names the place among the others. */
  readonly name: string;
  /** Removes the users. A call that is repeated after an interruption removes the rest. */
  remove(erasures: readonly ErasureUsers[]): Promise<Removed>;
}

/** The part of the receipt about one place. */
export type Removed = Partial<Outside>;

/** The name of the table of recent sales. */
export const TABLE = 'table';

export const NOTHING_OUTSIDE: Outside = { tableItems: null, queues: [], logs: [] };

/** Adds what one place has removed. */
export const together = (all: Outside, { tableItems, queues = [], logs = [] }: Removed): Outside => ({
  tableItems: tableItems ?? all.tableItems,
  queues: [...all.queues, ...queues],
  logs: [...all.logs, ...logs],
});

export interface PlacesOptions {
  /** Undefined if there is no table. */
  readonly recent: ForgetRecent | undefined;
  /** URLs of dead-letter queues. */
  readonly queues: readonly string[];
  /** Names of log groups. */
  readonly logGroups: readonly string[];
  readonly log: Log;
}

/** Names everything outside the bucket, in the order in which it is searched. */
export function placesOf({ recent, queues, logGroups, log }: PlacesOptions): Place[] {
  const allUsers = (erasures: readonly ErasureUsers[]): Set<string> =>
    new Set(erasures.flatMap(({ users }) => [...users]));
  return [
    ...(recent
      ? [
          {
            name: TABLE,
            remove: async (all: readonly ErasureUsers[]) => ({ tableItems: await recent.remove(all) }),
          },
        ]
      : []),
    ...queues.map((url) => ({
      name: url,
      remove: async (all: readonly ErasureUsers[]) => ({
        queues: [await searchQueue(url, mentionsOf(allUsers(all)), { log })],
      }),
    })),
    ...logGroups.map((group) => ({
      name: group,
      remove: async (all: readonly ErasureUsers[]) => ({ logs: [await searchLogs(group, allUsers(all))] }),
    })),
  ];
}
