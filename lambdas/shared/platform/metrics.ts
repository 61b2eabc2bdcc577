import type { Helper, RequestStage, Stage } from '../contract/stages.ts';

/** The CloudWatch namespace of all metrics. */
export const METRIC_NAMESPACE = 'Cartograph';
/** The dimension that separates the metrics of each Lambda, and so those of each stack. */
export const METRIC_DIMENSION = 'FunctionName';

/** The metrics that stages write, with their units: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
export const METRICS = {
  /** Interactions stored by one invocation; those of a retry count again. */
  SalesStored: 'Count',
  /** Records that are not valid sales. */
  SalesRejected: 'Count',
  /** Optional fields that could not be read, of sales that are stored without them. */
  FieldsLeftOut: 'Count',
  /** Sales with an id, a type or a product name that looks like an e-mail address, a phone number or a card number. */
  LooksPersonal: 'Count',
  /** Recent sales stored by one invocation of remember; those of a retry count again. */
  SalesRemembered: 'Count',
  /** Records that remember does not store: those that are not valid sales, those that would be forgotten at once, and those of forgotten users. */
  SalesIgnored: 'Count',
  /** Partitions whose recent sales could not be stored; their records are delivered again. */
  RememberFailures: 'Count',
  /** 1 in each look at a bucket that has neither a batch of sales nor a window; nothing otherwise. */
  NothingStored: 'Count',
  /** New interactions that no window contains yet. */
  Waiting: 'Count',
  /** Number of new interactions that cuts a window. */
  Needed: 'Count',
  /** Time since the oldest batch with new interactions was stored. */
  WaitedSeconds: 'Seconds',
  WindowsCut: 'Count',
  /** Started jobs. */
  Attempts: 'Count',
  /** Jobs that ended without a manifest. */
  AttemptsFailed: 'Count',
  /** Windows whose last attempt failed. */
  GivenUp: 'Count',
  /** The cost of the job of an attempt in US dollars, once, when its receipt is written. */
  JobUsd: 'None',
  /** Windows that wait because their attempt does not fit into the budget of this month; only if there is a budget. */
  WindowsOverBudget: 'Count',
  Rendered: 'Count',
  RunsPublished: 'Count',
  /** NDCG@10 of the list `any` of the served run. */
  QualityModel: 'None',
  /** NDCG@10 of popularity on the same list. */
  QualityPopularity: 'None',
  /** Age of the newest sale in the served run. */
  RunAgeSeconds: 'Seconds',
  /** Addresses with different contents in the newest decided run. */
  Conflicts: 'Count',
  /**
   * Share of the sales whose type has no weight in the newest decided run; 0 if they are fewer than ten, because a few stray
   * events need no action.
   */
  UnknownTypePercent: 'Percent',
  /** Sales that the window of the newest decided run added, and that are dated long after all others. */
  SalesAfterNow: 'Count',
  /** Duration of all steps of the served run's job. */
  RunSeconds: 'Seconds',
  /** Answers that were made without the recent sales of their user, because the table did not answer in time. */
  AnswersWithoutRecent: 'Count',
  /** Answers that were made without what the run knows of their user, because its file or the tombstones could not be read. */
  AnswersWithoutHistory: 'Count',
  /** Requests that failed, because the catalogue could not be read and the copy in memory was missing or too old for their filters. */
  RequestsWithoutCatalogue: 'Count',
  /** Sales that collect put on the topic. */
  SalesAccepted: 'Count',
  /** Sales that are not valid and that collect refused. */
  SalesRefused: 'Count',
  /** Valid sales that collect could not put on the topic. */
  SalesNotSent: 'Count',
  /** Products whose attributes catalogue stored. */
  ProductsStored: 'Count',
  /** Objects and older versions that forget changed or deleted. */
  ObjectsErased: 'Count',
  /** Objects in which the search after an erasure still found a user. */
  UsersFound: 'Count',
  /** Time since the request of the oldest erasure that is not finished; 0 if there is none. */
  ErasureAgeSeconds: 'Seconds',
} as const;
export type MetricName = keyof typeof METRICS;
export type Measured = Partial<Readonly<Record<MetricName, number>>>;

/**
 * Formats metrics as a log line from which CloudWatch extracts them (the embedded metric format). The function needs no
 * permission for this.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 *
 * @param measured Values by metric; may be empty.
 * @param nowMs Epoch ms.
 * @returns undefined if there are no values.
 *
 * @example
 * JSON.parse(metricsLine('accumulate', 'fn', { SalesStored: 3 }, 0)).SalesStored // 3
 * @example
 * metricsLine('accumulate', 'fn', {}, 0) // undefined
 */
export function metricsLine(
  stage: Stage | RequestStage | Helper,
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
