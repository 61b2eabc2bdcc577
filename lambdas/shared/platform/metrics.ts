import type { Helper, Stage } from '../contract/stages.ts';

/** Where the numbers of the stages stand in CloudWatch. */
export const METRIC_NAMESPACE = 'Cartograph';
/** Each Lambda's numbers stand apart, and with them each stack's. */
export const METRIC_DIMENSION = 'FunctionName';

/** Every number that a stage tells, and its unit: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
export const METRICS = {
  /** Interactions stored by one invocation; repeats of a retry count again. */
  SalesStored: 'Count',
  /** Records that could not be read. */
  SalesRejected: 'Count',
  /** Interactions that no window names yet. */
  Waiting: 'Count',
  /** Interactions that would cut a window now. */
  Needed: 'Count',
  /** How long the oldest of them has waited. */
  WaitedSeconds: 'Seconds',
  WindowsCut: 'Count',
  /** Jobs started. */
  Attempts: 'Count',
  /** Jobs that ended without a run. */
  AttemptsFailed: 'Count',
  /** Windows whose attempts are used up. */
  GivenUp: 'Count',
  Rendered: 'Count',
  RunsPublished: 'Count',
  /** NDCG@10, list `any`, of the run that is served. */
  QualityModel: 'None',
  QualityPopularity: 'None',
  /** How long ago the newest sale was made that the served run knows. */
  RunAgeSeconds: 'Seconds',
  /** Addresses that came to the served run with different content. */
  Conflicts: 'Count',
  /** How long the job of a run took, all steps together. */
  RunSeconds: 'Seconds',
} as const;
export type MetricName = keyof typeof METRICS;
export type Measured = Partial<Readonly<Record<MetricName, number>>>;

/**
 * One log line from which CloudWatch makes metrics, in the embedded metric format; the function needs no right for it.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 *
 * @param measured Numbers by name; may be empty.
 * @returns undefined if there is nothing to tell.
 *
 * @example
 * metricsLine('accumulate', 'fn', { SalesStored: 3 }, 0) // {"_aws":{…},"FunctionName":"fn","SalesStored":3,"stage":"accumulate"}
 */
export function metricsLine(
  stage: Stage | Helper,
  functionName: string,
  measured: Measured,
  nowMs: number,
): string | undefined {
  const names = (Object.keys(METRICS) as MetricName[]).filter((name) => measured[name] !== undefined);
  if (names.length === 0) return undefined;
  return JSON.stringify({
    _aws: {
      Timestamp: nowMs,
      CloudWatchMetrics: [
        {
          Namespace: METRIC_NAMESPACE,
          Dimensions: [[METRIC_DIMENSION]],
          Metrics: names.map((name) => ({ Name: name, Unit: METRICS[name] })),
        },
      ],
    },
    [METRIC_DIMENSION]: functionName,
    stage,
    ...Object.fromEntries(names.map((name) => [name, measured[name]])),
  });
}
