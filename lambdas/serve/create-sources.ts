import type { S3Client } from '@aws-sdk/client-s3';
import { s3Lake } from '../shared/platform/lake.ts';
import type { Log } from '../shared/platform/log.ts';
import type { RecentSales } from '../shared/platform/recent.ts';
import type { ErasureKey } from '../shared/platform/tombstones.ts';
import type { PersonIds } from '../shared/privacy/person-ids.ts';
import { createCatalogueReader } from './catalogue/reader.ts';
import { createForgotten } from './forgotten.ts';
import { loadRun } from './load-run.ts';
import { createModelEngine } from './model-engine.ts';
import { createPatientRecent } from './patient-recent.ts';
import { createRewritten } from './rewritten.ts';
import { s3RunObjects } from './run-objects.ts';
import { createServedRun } from './served-run.ts';
import type { Sources } from './sources.ts';

export interface SourceOptions {
  readonly bucket: string;
  readonly s3: S3Client;
  readonly recent: Pick<RecentSales, 'ofUser'>;
  readonly catalogueMaxAgeSeconds: number;
  /** Loads the key that recognises forgotten users. */
  readonly personKey: () => Promise<ErasureKey>;
  readonly persons: () => Promise<PersonIds>;
  readonly log: Log;
  /** The clock, epoch ms. */
  readonly nowMs: () => number;
}

/** Connects the sources of answers: the served run, the catalogue and the tombstones in S3, and the recent sales. */
export function createSources(options: SourceOptions): Sources {
  const {
    bucket,
    s3,
    recent,
    catalogueMaxAgeSeconds: maxAgeSeconds,
    personKey,
    persons,
    log,
    nowMs,
  } = options;
  const objects = s3RunObjects(bucket, s3);
  const lake = s3Lake(bucket, s3);
  const forgotten = createForgotten({ lake, key: personKey, log, nowMs });
  return {
    served: createServedRun({
      objects,
      load: (run) => loadRun(run, { objects, createEngine: createModelEngine }),
      isRewritten: createRewritten({ objects, forgotten, nowMs }),
      log,
      nowMs,
    }),
    recent: createPatientRecent({ recent, log, nowMs }),
    catalogue: createCatalogueReader({ lake, log, nowMs, maxAgeSeconds }),
    forgotten,
    persons,
    log,
    nowMs,
  };
}
