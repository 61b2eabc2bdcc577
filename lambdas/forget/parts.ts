import type { Lake } from '../shared/platform/lake.ts';
import type { Log } from '../shared/platform/log.ts';
import type { PersonKey } from '../shared/privacy/person-key.ts';
import type { VersionedBucket } from './bucket.ts';
import type { KindOf } from './kinds.ts';
import type { Place } from './places.ts';

/** The clients and the clock of the worker, which are handed in. */
export interface WorkerParts {
  readonly lake: Lake;
  readonly bucket: VersionedBucket;
  readonly kindOf: KindOf;
  /** Everything outside the bucket. */
  readonly places: readonly Place[];
  readonly key: PersonKey;
  readonly log: Log;
  /** True if users are stored as pseudonyms, which the page of a run says. */
  readonly hasPseudonyms: boolean;
  /** Age of tombstones from which no process stores recent sales that they cover. */
  readonly settlesSeconds: number;
  readonly nowMs: () => number;
  /** Returns whether there is no time for another unit. */
  readonly isLate: () => boolean;
  /** Names this process, so that two workers see each other. */
  readonly holder: string;
}
