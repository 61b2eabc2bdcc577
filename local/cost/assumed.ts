/**
 * Numbers and sizes of the stack's parts with its defaults (`lib/config.ts`). The bill leaves out taxes and traffic
 * between zones, and does not subtract free tiers.
 */
export const STACK = {
  partitions: 3,
  /** How long events of threshold are gathered. */
  gatherSeconds: 60,
  brokers: 2,
  brokerDiskGb: 10,
  retentionHours: 7 * 24,
  zones: 2,
  /** Interface endpoints of Lambda and STS, which on-demand pollers need. */
  endpoints: 2,
  windowSeconds: 60,
  batchSize: 10_000,
  sweepMinutes: 5,
  fullSweepHours: 24,
  /** Queues of the stages that are also swept: threshold, train, render, publish, forget. */
  queues: 5,
  /** Counted by the metrics that they watch, because AWS charges for each metric. Those of requests exist with an API. */
  alarms: 48,
  requestAlarms: 25,
  dashboards: 1,
  metrics: 24,
  /** Metrics that the stages of requests publish while there are some. */
  requestMetrics: 10,
  /**
   * Metrics of the pollers of each reader that AWS charges for, and those that its alarm on them watches. Only provisioned pollers have
   * them. The metrics of faults exist only in hours with a fault.
   */
  pollerMetrics: 2,
  pollerAlarms: 3,
  /** A driver and three executors fill the limit of 16 vCPU. Spark takes a tenth more memory than is configured. */
  workers: 4,
  workerVcpu: 4,
  workerGb: 14,
} as const;

/** Assumed sizes and times. They are orders of magnitude, unless the comment says that they were measured. */
export const ASSUMED = {
  /** Lambda polls a queue with five long polls of 20 s at a time: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
  pollsPerQueueHour: 5 * 180,
  /** An SQS message is sent, received and deleted. */
  requestsPerMessage: 3,
  /** JSON that the Kafka event adds to each record. Key and value also grow by a third, in base64. */
  eventBytesPerRecord: 250,
  eventBytes: 6e6,
  accumulateGb: 1769 / 1024,
  accumulateSeconds: 0.15,
  /** Half of the speed that docs/performance.md reports. */
  accumulateSalesPerSecond: 100_000,
  /** A process of a Lambda reads the secret of personal ids once, and lives about this long. */
  processHours: 2,
  smallGb: 0.5,
  thresholdGb: 1,
  forgetGb: 3,
  smallSeconds: 0.3,
  /** Lambda's share of a run: several calls of train, one each of publish and render (3 s with 1.7 GB). */
  gbSecondsPerRun: 8,
  requestsPerRun: 10,
  /** Listings by one sweep of all stages while the bucket is empty. */
  listsPerSweep: 9,
  getsPerEvent: 3,
  keysPerList: 1000,
  /** Measured: a Parquet file without rows. */
  batchBytes: 1500,
  /** Measured: a sale in a Parquet file. */
  saleBytes: 30,
  /** All files of a run, per sale that it trained on, with a user for every ten sales and twenty lines for each user. */
  runBytesPerSale: 150,
  logBytesPerRequest: 1500,
  serveGb: 1769 / 1024,
  /** Most of it is waiting for DynamoDB and for a block of histories; the answer itself takes some milliseconds. */
  serveSeconds: 0.03,
  collectSeconds: 0.03,
  rememberSeconds: 0.03,
  /** remember gets what has arrived since its last call, so a busy topic calls it at most this often for each partition. */
  rememberCallsPerSecond: 5,
  /** A process of serve looks this often for a new run, a new batch of the catalogue and new tombstones while it answers. */
  serveRefreshSeconds: 5,
  /** A process of remember looks this often for new tombstones while it stores sales. */
  rememberRefreshSeconds: 5,
  /** A list reads a block of histories, unless it is in memory. */
  getsPerList: 1,
  /** Access log of the API, report of Lambda, metrics. */
  logBytesPerApiRequest: 900,
  /** An item of the table of recent sales, with 100 bytes that AWS adds. */
  itemBytes: 250,
  rememberDays: 90,
  /** X-Ray traces one request a second, and this part of the others: https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html */
  tracedShare: 0.05,
} as const;
