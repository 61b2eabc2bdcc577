import * as z from 'zod';
import { Model } from './model.ts';
import { Afterwards, Gate, Quality } from './quality.ts';

/**
 * Schemas of the objects that one stage writes to the bucket and another reads. `test/fixtures` has one sample of each,
 * which the tests of both languages read.
 */

const Count = z.int().min(0);
const PositiveInt = z.int().min(1);
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** First and last offset, both inclusive. */
const OffsetRange = z.tuple([Count, Count]);

/** A batch, by the offset of its first record and the Kafka timestamp of that record in epoch ms. */
const BatchStart = z.strictObject({ first: Count, ms: Count });

/** The part of one generation of a partition that windows 1 to N contain. */
const PartitionCut = z.strictObject({
  /**
   * Polled ranges cut so far, merged and ascending, at most 64: of more, the oldest gaps are closed. Gaps are offsets without
   * a sale, such as transaction markers and polls whose records were all rejected. The next listing starts after the end of
   * the last range.
   */
  ranges: z.array(OffsetRange).min(1),
  /** Number of rows in the batches cut so far. Of a batch that overlaps earlier ones, the share of its new offsets counts. */
  interactions: Count,
  /** Kafka timestamps and offsets by which a generation is recognised. Windows of version 0.2 and earlier have none. */
  timeline: z
    .strictObject({
      /** Lowest Kafka timestamp of a batch, epoch ms. */
      sinceMs: Count,
      /** Highest Kafka timestamp of a batch. */
      untilMs: Count,
      /** The batches with the lowest and the highest first offset. */
      lowest: BatchStart,
      highest: BatchStart,
      /** When the newest batch was stored, epoch ms; at least `untilMs`. */
      storedByMs: Count,
    })
    .optional(),
});
export type PartitionCut = z.infer<typeof PartitionCut>;

/** The reason why a window was cut; `text` is the same reason for people. */
const CutReason = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('threshold'), needed: Count, text: z.string() }),
  z.strictObject({ kind: z.literal('maxWait'), waitedSeconds: z.number().min(0), text: z.string() }),
  z.strictObject({ kind: z.literal('flush'), text: z.string() }),
]);

/** `windows/N.json`: the batches that window N adds, and the complete configuration of its run. */
export const Window = z.strictObject({
  window: PositiveInt,
  /** Epoch ms. */
  cutAtMs: Count,
  reason: CutReason,
  /** Exactly the objects that the window adds, in key order. */
  batches: z.array(z.strictObject({ key: z.string(), sizeBytes: Count })).min(1),
  /** Number of rows that no window contains yet. Of a batch that overlaps earlier ones, the share of its new offsets counts. */
  newInteractions: Count,
  /**
   * State after windows 1 to N, by `SOURCE/TOPIC/PARTITION`. If a topic was deleted and created again, each later generation
   * has an entry of its own, `SOURCE/TOPIC/PARTITION@MS`; MS is the Kafka timestamp with which it begins.
   */
  partitions: z.record(z.string(), PartitionCut),
  /** Number of rows in all batches of windows 1 to N; rows in overlapping batches count twice. */
  totalInteractions: Count,
  /**
   * The catalogue whose names the run uses. Absent if there was none when the window was cut, and in windows of version 0.2
   * and earlier.
   */
  catalogue: z
    .strictObject({
      /** Number of the newest batch. */
      through: PositiveInt,
      /** The objects that hold batches 1 to `through`. A line of a later one replaces a line of an earlier one. */
      objects: z.array(z.strictObject({ key: z.string(), sizeBytes: Count })).min(1),
    })
    .optional(),
  /** The users whom the run leaves out. Absent if there were none, and in windows of version 0.2 and earlier. */
  tombstones: z
    .strictObject({
      /** Number of the newest erasure. */
      through: PositiveInt,
      /** `tombstones/1.json` to `tombstones/THROUGH.json`, in order. */
      objects: z.array(z.strictObject({ key: z.string(), sizeBytes: Count })).min(1),
    })
    .optional(),
  model: Model,
});
export type Window = z.infer<typeof Window>;

/**
 * `attempts/N/K.json`: the request of attempt K. It is written before the job starts, so that a repeated request starts the
 * same job.
 */
export const Attempt = z.strictObject({
  window: PositiveInt,
  attempt: PositiveInt,
  /** The attempt is cancelled and counts as failed after this moment, epoch ms. */
  deadlineAtMs: Count,
  /** The expected cost of the job. Absent in attempts of version 0.2 and earlier. */
  budget: z
    .strictObject({
      forecastUsd: z.number().min(0),
      /** True if a person started it although it does not fit into the budget of the month. */
      overBudget: z.boolean(),
    })
    .optional(),
  /** The complete request of `StartJobRun`. */
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
          /** Attempts of version 0.2 and earlier do not have it. */
          managedPersistenceMonitoringConfiguration: z.strictObject({ enabled: z.boolean() }).optional(),
        }),
      })
      .optional(),
  }),
});
export type Attempt = z.infer<typeof Attempt>;

/** `attempts/N/K.started.json`: the job that attempt K started; `startedAtMs` is in epoch ms. */
export const Started = z.strictObject({ jobRunId: z.string().min(1), startedAtMs: Count });
export type Started = z.infer<typeof Started>;

/** `attempts/N/failed.json`: all attempts failed, and window N has no run unless a person retries it. */
export const Failed = z.strictObject({
  window: PositiveInt,
  /** Number of attempts made. */
  attempts: PositiveInt,
  /** Why each attempt failed, oldest first. */
  reasons: z.array(z.string()),
});
export type Failed = z.infer<typeof Failed>;

/** Size, number of rows and hash of a file. */
const FileFacts = z.strictObject({ sizeBytes: Count, rows: Count, sha256: Sha256 });

/**
 * `tombstones/N.json`: the users of erasure N. remember, serve and the job leave out the sales of these users whose Kafka
 * timestamp is not later than `untilMs`; later sales are those of a new user.
 */
export const Tombstones = z.strictObject({
  erasure: PositiveInt,
  /** Epoch ms. */
  untilMs: Count,
  /** `PersonKey.check` of the key that made the hashes. */
  keyCheck: z.string().regex(/^[0-9a-f]{16}$/),
  /** `PersonKey.forgottenHash` of each user, ascending. */
  users: z.array(Sha256).min(1),
});
export type Tombstones = z.infer<typeof Tombstones>;

/** A file that a run wrote. */
export const RunFile = z.strictObject({
  /** Path below `runs/N/K/`, for example `graph/vertices.csv`. */
  name: z.string(),
  key: z.string(),
  sizeBytes: Count,
  /** Number of data rows, without the header; 1 for a JSON document. */
  rows: Count,
  sha256: Sha256,
});
export type RunFile = z.infer<typeof RunFile>;

/** A type of sale, as the sales spell it, with the number of its distinct interactions. */
export const EventType = z.strictObject({
  type: z.string().max(64),
  interactions: Count,
  /** The configured weight; null if the configuration does not name the type. */
  weight: z.number().min(0).nullable(),
});
export type EventType = z.infer<typeof EventType>;

/** `manifests/N.json`: the inputs and outputs of run N. The job writes it last; a run without a manifest does not exist. */
export const Manifest = z.strictObject({
  run: PositiveInt,
  attempt: PositiveInt,
  /** The "now" of the run: the moment of the newest sale in the data that is not an outlier by its gap, epoch ms. */
  asOfMs: Count,
  inputs: z.strictObject({
    /** The windows that were read, from 1 to N. */
    windows: z.array(PositiveInt),
    batches: Count,
    /** When window N was cut, epoch ms; null for runs of version 0.2 and earlier. */
    cutAtMs: Count.nullable().default(null),
    /** Ranges of offsets by `SOURCE/TOPIC/PARTITION`, or `…@MS` for a later generation, as in window N. */
    offsets: z.record(z.string(), z.array(OffsetRange)),
    /** Number of distinct interactions that the run was trained on. */
    interactions: Count,
    /** Number of rows dropped because this run or an earlier one had already read their address. */
    repeats: Count,
    /**
     * Number of distinct interactions that were not trained on because their user made another one with the same sale id
     * less than a day before, by Kafka timestamps. Version 0.2 and earlier knew no ids.
     */
    repeatsById: Count.default(0),
    /**
     * Number of addresses with different contents. The row of an earlier run is kept; otherwise the row that sorts first.
     */
    conflicts: Count,
    /** Number of distinct interactions excluded from training because their type has no weight, or the weight 0. */
    unweighted: Count,
    /** Those of them whose type the configuration does not name. */
    unknown: z.strictObject({ interactions: Count, types: Count }).default({ interactions: 0, types: 0 }),
    /**
     * The types of the distinct interactions, most frequent first. At most 20 are types that the configuration does not
     * name; runs of version 0.2 and earlier have none at all.
     */
    types: z.array(EventType).default([]),
    /**
     * Charges, such as postage, by `model.charges`: the number of their distinct interactions, which are not in
     * `interactions`, `unweighted`, `unknown` and `types`, and the most frequent ones, at most 20. Runs of version 0.2 and earlier looked for none.
     */
    charges: z
      .strictObject({
        interactions: Count,
        products: z.array(
          z.strictObject({ product: z.string(), name: z.string().nullable(), interactions: Count }),
        ),
      })
      .default({ interactions: 0, products: [] }),
    /**
     * Sales that are dated long after `asOfMs`, by a wrong clock for example. They are kept and count as made at `asOfMs`.
     * Null if there are none.
     */
    afterNow: z
      .strictObject({
        interactions: PositiveInt,
        /** How many of them only window N has. */
        added: Count,
        /** Date of the newest one, epoch ms. */
        newestMs: Count,
      })
      .nullable()
      .default(null),
    /** The catalogue whose names the run used; null without one. */
    catalogue: z.strictObject({ through: PositiveInt }).nullable().default(null),
    /** Hash of the set of distinct interactions. It does not depend on their order or batches. */
    trainingSetSha256: Sha256,
    /** The users who were left out; null if the window names no tombstones, and for runs of version 0.2 and earlier. */
    tombstones: z
      .strictObject({
        /** Number of the newest erasure that the run knows. */
        through: PositiveInt,
        /** Number of distinct interactions that were left out. */
        interactions: Count,
      })
      .nullable()
      .default(null),
  }),
  model: Model,
  /**
   * Where the ranker comes from that orders the lists: `model/ranker.json` of this run is the one that run `learnedBy`
   * learned. Null for runs of version 0.2 and earlier, and for algorithms that learn nothing.
   */
  ranker: z
    .strictObject({
      learnedBy: PositiveInt,
      /** Number of distinct interactions of that run. */
      interactions: Count,
      /** Where its holdout begins, epoch ms; null if it does not begin at one moment. */
      holdoutFromMs: Count.nullable(),
      /** Its horizon, ms. */
      horizonMs: PositiveInt,
    })
    .nullable()
    .default(null),
  /** Versions by component. */
  versions: z.record(z.string(), z.string()),
  counts: z.strictObject({
    users: Count,
    products: Count,
    /** Number of user-product pairs whose purchases exceed their returns. */
    pairs: Count,
    recommendations: Count,
    vertices: Count,
    edges: Count,
  }),
  /** Extract of `metrics.json`. */
  quality: Quality,
  /** Comparison with the served run and the best baseline; null if nothing was held out. */
  gate: Gate.nullable().default(null),
  /**
   * The served run measured on the sales of window N; null if no run is served, or if window N has no newer sales than that
   * run.
   */
  afterwards: Afterwards.nullable().default(null),
  /** Duration of each step of the job in seconds, in the order of the steps. */
  seconds: z.record(z.string(), z.number().min(0)),
  /** All files of the run, sorted by name. */
  files: z.array(RunFile),
  /**
   * Files that were rewritten or deleted because a user was forgotten, oldest erasure first. `files` describes them as they are
   * now.
   */
  erased: z
    .array(
      z.strictObject({
        erasure: PositiveInt,
        name: z.string(),
        before: FileFacts,
        /** Null if the file was deleted. */
        after: FileFacts.nullable(),
      }),
    )
    .default([]),
});
export type Manifest = z.infer<typeof Manifest>;

/**
 * What a run adds to the served run, by its numbers of users and products. Whoever the served run knows is in later runs too,
 * unless all of the purchases were returned, or the user was forgotten since; so the numbers are the least that is added.
 */
export const Added = z.strictObject({
  /** The served run. */
  to: PositiveInt,
  /** Number of users who have lists in this run and not in the served one. */
  users: Count,
  /** Number of products that the served run does not know. */
  products: Count,
  /** How much older the newest sale of the served run is. */
  servedAgeMs: Count,
  /** The same in horizons of this run; null if the run does not have one. */
  servedAgeHorizons: z.number().min(0).nullable(),
});
export type Added = z.infer<typeof Added>;

export const PublishDecision = z.enum(['promoted', 'refused']);

/** `publications/K.json`: the decision of publish about a run, with the numbers that it is based on. */
export const Publication = z.strictObject({
  publication: PositiveInt,
  /** The run that was evaluated. */
  run: PositiveInt,
  decision: PublishDecision,
  /** The reason for the decision, for people. */
  reason: z.string(),
  /** Numbers of the evaluated run; null if its manifest cannot be read. */
  numbers: z
    .strictObject({
      asOfMs: Count,
      interactions: Count,
      users: Count,
      products: Count,
      quality: Quality,
      /** Comparison with the run that was served, and with the best baseline. */
      gate: Gate.nullable().default(null),
      /** What the run adds; null if no run was served, or if the manifest of the served run cannot be read. */
      added: Added.nullable().default(null),
    })
    .nullable(),
  /** The run that is served after the decision; null if no run was promoted yet. */
  served: PositiveInt.nullable(),
  /** The run that was served before the decision; null if there was none. */
  previous: PositiveInt.nullable(),
  /** All runs up to this number are decided. */
  decidedThrough: PositiveInt,
});
export type Publication = z.infer<typeof Publication>;

/** `current.json`: the object that readers read first. */
export const Current = z.strictObject({
  /** The latest publication. */
  publication: PositiveInt,
  /** The served run; null if no run was promoted yet. */
  run: PositiveInt.nullable(),
  /** The run that was served before; null if there was none. */
  previous: PositiveInt.nullable(),
  /** All runs up to this number are decided; a rollback does not change it. */
  decidedThrough: PositiveInt,
});
export type Current = z.infer<typeof Current>;

/** The columns of a batch in Parquet, in their order. `kafka_ms` and `at_ms` are in epoch ms. */
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
  /** Batches of version 0.2 and earlier do not have it. */
  sale_id: 'optional string',
} as const;
