import * as z from 'zod';
import { Model } from './model.ts';
import { Afterwards, Gate, Quality } from './quality.ts';

/**
 * The objects that the stages hand to each other through the bucket. Schemas of what one stage writes and another
 * reads stand here and nowhere else; `test/fixtures` holds one sample of each, read by the tests of both languages.
 */

const Count = z.int().min(0);
const Numbered = z.int().min(1);
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** Both ends inclusive. */
const OffsetRange = z.tuple([Count, Count]);

/** How far the windows 1..N have cut one partition. */
const PartitionCut = z.strictObject({
  /** Polled ranges cut so far, merged, ascending. The last end is where the next listing starts. */
  ranges: z.array(OffsetRange).min(1),
  /** Rows in the batches cut so far; overlapping batches count twice. */
  interactions: Count,
});

/** Why a window was cut. `text` is the same for a person. */
const CutReason = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('threshold'), needed: Count, text: z.string() }),
  z.strictObject({ kind: z.literal('maxWait'), waitedSeconds: z.number().min(0), text: z.string() }),
  z.strictObject({ kind: z.literal('flush'), text: z.string() }),
]);

/** `windows/N.json`: the batches that window N adds, and the whole configuration of its run. */
export const Window = z.strictObject({
  window: Numbered,
  cutAtMs: Count,
  reason: CutReason,
  /** The exact objects, in key order. */
  batches: z.array(z.strictObject({ key: z.string(), sizeBytes: Count })).min(1),
  /** Rows in batches that are not wholly covered by ranges cut before. */
  newInteractions: Count,
  /** By `SOURCE/TOPIC/PARTITION`: running state over windows 1..N. */
  partitions: z.record(z.string(), PartitionCut),
  /** Rows in all batches of windows 1..N. */
  totalInteractions: Count,
  model: Model,
});
export type Window = z.infer<typeof Window>;

/** `attempts/N/K.json`: written before the job is started, so that starting it again starts the same job. */
export const Attempt = z.strictObject({
  window: Numbered,
  attempt: Numbered,
  /** After this moment the attempt is cancelled and counts as failed. */
  deadlineAtMs: Count,
  /** The body of `StartJobRun`, exactly. */
  request: z.strictObject({
    applicationId: z.string().min(1),
    clientToken: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/),
    executionRoleArn: z.string().min(20),
    name: z.string(),
    executionTimeoutMinutes: z.int().min(1),
    jobDriver: z.strictObject({
      sparkSubmit: z.strictObject({
        entryPoint: z.string().startsWith('s3://'),
        entryPointArguments: z.array(z.string()),
        sparkSubmitParameters: z.string(),
      }),
    }),
    configurationOverrides: z
      .strictObject({
        monitoringConfiguration: z.strictObject({
          s3MonitoringConfiguration: z.strictObject({ logUri: z.string().startsWith('s3://') }),
        }),
      })
      .optional(),
  }),
});
export type Attempt = z.infer<typeof Attempt>;

/** `attempts/N/K.started.json`. */
export const Started = z.strictObject({ jobRunId: z.string().min(1), startedAtMs: Count });
export type Started = z.infer<typeof Started>;

/** `attempts/N/failed.json`: the attempts are used up; window N has no run unless somebody retries it. */
export const Failed = z.strictObject({
  window: Numbered,
  /** How many attempts were made. */
  attempts: Numbered,
  /** One line per attempt, oldest first. */
  reasons: z.array(z.string()),
});
export type Failed = z.infer<typeof Failed>;

/** One file that a run wrote. */
export const RunFile = z.strictObject({
  /** What it is: the path below `runs/N/K/`, for example `graph/vertices.csv`. */
  name: z.string(),
  key: z.string(),
  sizeBytes: Count,
  /** Data rows, without a header; 1 for a JSON document. */
  rows: Count,
  sha256: Sha256,
});
export type RunFile = z.infer<typeof RunFile>;

/** `manifests/N.json`: what went in, what came out. It is written last; without it there is no run. */
export const Manifest = z.strictObject({
  run: Numbered,
  attempt: Numbered,
  /** Moment of the newest sale in the data, epoch ms: the "now" of the run. */
  asOfMs: Count,
  inputs: z.strictObject({
    /** 1..N, those that were read. */
    windows: z.array(Numbered),
    batches: Count,
    /** By `SOURCE/TOPIC/PARTITION`, as in window N. */
    offsets: z.record(z.string(), z.array(OffsetRange)),
    /** Distinct interactions trained on. */
    interactions: Count,
    /** Rows of raw batches dropped because their address had been read before, in this run or an earlier one. */
    repeats: Count,
    /** Addresses that came with different content; a row trained on before stays, else the one that sorts first. */
    conflicts: Count,
    /** Distinct interactions left out because their type has no weight. */
    unweighted: Count,
    /** Hash of the set of distinct interactions, independent of order and of how they were batched. */
    trainingSetSha256: Sha256,
  }),
  model: Model,
  versions: z.record(z.string(), z.string()),
  counts: z.strictObject({
    users: Count,
    products: Count,
    /** User-product pairs with a positive net quantity. */
    pairs: Count,
    recommendations: Count,
    vertices: Count,
    edges: Count,
  }),
  /** Headline of metrics.json. */
  quality: Quality,
  /** Against the served run and the best baseline; null where nothing was held out. */
  gate: Gate.nullable().default(null),
  /** The served run on the sales that window N brought; null where there is none, or they are no newer than what it knew. */
  afterwards: Afterwards.nullable().default(null),
  /** Seconds by step of the job, in the order of the steps. */
  seconds: z.record(z.string(), z.number().min(0)),
  /** In order of name. */
  files: z.array(RunFile),
});
export type Manifest = z.infer<typeof Manifest>;

export const PublishDecision = z.enum(['promoted', 'refused']);

/** `publications/K.json`: what publish decided about a run, and with which numbers. */
export const Publication = z.strictObject({
  publication: Numbered,
  /** The run that was decided. */
  run: Numbered,
  decision: PublishDecision,
  reason: z.string(),
  /** The numbers of the decided run; null if its manifest could not be read. */
  numbers: z
    .strictObject({
      asOfMs: Count,
      interactions: Count,
      users: Count,
      products: Count,
      quality: Quality,
      /** Against the run that was served, and the best baseline. */
      gate: Gate.nullable().default(null),
    })
    .nullable(),
  /** The run that is served after the decision; null before the first promotion. */
  served: Numbered.nullable(),
  /** The run that was served before it. */
  previous: Numbered.nullable(),
  /** Runs up to here are decided. */
  decidedThrough: Numbered,
});
export type Publication = z.infer<typeof Publication>;

/** `current.json`: where readers start. */
export const Current = z.strictObject({
  publication: Numbered,
  run: Numbered.nullable(),
  previous: Numbered.nullable(),
  decidedThrough: Numbered,
});
export type Current = z.infer<typeof Current>;

/** One row of a Parquet batch, column by column in this order. Ids are strings, times epoch ms. */
export const INTERACTION_COLUMNS = {
  source: 'string',
  topic: 'string',
  kafka_partition: 'int32',
  kafka_offset: 'int64',
  kafka_ms: 'int64',
  user: 'string',
  product: 'string',
  quantity: 'double',
  at_ms: 'int64',
  type: 'string',
  order_id: 'optional string',
  price: 'optional double',
  product_name: 'optional string',
} as const;
