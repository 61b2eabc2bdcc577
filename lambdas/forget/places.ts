import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { Outside } from '../shared/contract/erasure.ts';
import type { Log } from '../shared/platform/log.ts';
import type { ErasureUsers } from './forgotten.ts';
import { searchLogs } from './logs.ts';
import { type Mentions, mentionsOf } from './mentions.ts';
import { searchQueue } from './queues.ts';
import type { ForgetRecent } from './table.ts';

/** A place outside the bucket that may hold users. */
export interface Place {
  /** Names the place among the others. */
  readonly name: string;
  /**
   * Removes the users from a part of the place that takes less than a minute. A call that is repeated after an interruption removes the
   * rest.
   *
   * @param cursor Start of the part, as the previous call returned it; empty for the first one.
   */
  remove(erasures: readonly ErasureUsers[], cursor: string): Promise<PlacePart>;
}

export interface PlacePart {
  readonly removed: Removed;
  /** Start of the next part, never empty; undefined at the end of the place. */
  readonly next?: string | undefined;
}

/** The part of the receipt about one place. */
export type Removed = Partial<Pick<Outside, 'queues' | 'logs'> & { readonly tableItems: number }>;

/** The name of the table of recent sales. */
export const TABLE = 'table';
/** Users of one part of the table. */
const USERS_PER_PART = 500;

export const NOTHING_OUTSIDE: Outside = { isAtLeast: false, tableItems: null, queues: [], logs: [] };

/** Adds what a part of a place has removed. */
export const together = (all: Outside, { tableItems, queues = [], logs = [] }: Removed): Outside => ({
  isAtLeast: all.isAtLeast,
  tableItems: tableItems === undefined ? all.tableItems : (all.tableItems ?? 0) + tableItems,
  queues: [...all.queues, ...queues],
  logs: logs.reduce(withGroup, all.logs),
});

/** A log group has one entry, however many parts it has. */
const withGroup = (all: Outside['logs'], one: Outside['logs'][number]): Outside['logs'] => {
  const before = all.find(({ group }) => group === one.group)?.streamsDeleted ?? 0;
  const others = all.filter(({ group }) => group !== one.group);
  return [...others, { group: one.group, streamsDeleted: before + one.streamsDeleted }];
};

export interface PlacesOptions {
  /** Undefined if there is no table. */
  readonly recent: ForgetRecent | undefined;
  /** URLs of dead-letter queues. */
  readonly queues: readonly string[];
  /** Names of log groups. */
  readonly logGroups: readonly string[];
  readonly log: Log;
  /** Of CloudWatch Logs; by default one of this process. */
  readonly client?: CloudWatchLogsClient;
}

/** Names everything outside the bucket, in the order in which it is searched. */
export function placesOf({ recent, queues, logGroups, log, client }: PlacesOptions): Place[] {
  return [
    ...(recent ? [tablePlace(recent)] : []),
    ...queues.map((url) => ({
      name: url,
      remove: async (all: readonly ErasureUsers[]) => ({
        removed: { queues: [await searchQueue(url, mentionsIn(all), { log })] },
      }),
    })),
    ...logGroups.map((group) => ({
      name: group,
      async remove(all: readonly ErasureUsers[], cursor: string) {
        const { result, nextMs } = await searchLogs(group, mentionsIn(all), {
          ...(client && { client }),
          fromMs: Number(cursor),
        });
        return { removed: { logs: [result] }, next: nextMs?.toString() };
      },
    })),
  ];
}

const mentionsIn = (erasures: readonly ErasureUsers[]): Mentions =>
  mentionsOf(new Set(erasures.flatMap(({ users }) => [...users])));

const tablePlace = (recent: ForgetRecent): Place => ({
  name: TABLE,
  async remove(erasures, cursor) {
    const from = Number(cursor);
    const all = erasures.flatMap(({ erasure, untilMs, users }) =>
      [...users].map((user) => ({ erasure, untilMs, users: new Set([user]) })),
    );
    const tableItems = await recent.remove(all.slice(from, from + USERS_PER_PART));
    const next = from + USERS_PER_PART;
    return { removed: { tableItems }, next: next < all.length ? next.toString() : undefined };
  },
});
