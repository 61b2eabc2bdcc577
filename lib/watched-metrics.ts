import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { Stage } from '../lambdas/shared/contract/stages.ts';
import { METRIC_DIMENSION, METRIC_NAMESPACE, type MetricName } from '../lambdas/shared/platform/metrics.ts';
import type { StageQueue } from './stage-queue.ts';

/** The parts of a stage that alarms and the dashboard observe. */
export interface WatchedStage {
  readonly fn: lambda.Function;
  readonly logGroup: logs.ILogGroup;
  /** Undefined for stages that Lambda's Kafka pollers or the API invoke directly. */
  readonly queue?: StageQueue;
}
export type WatchedStages = Readonly<Record<Stage, WatchedStage>>;

/** The period of most metrics. */
export const FIVE_MINUTES = Duration.minutes(5);

/** A metric that a stage publishes through `lambdas/shared/platform/metrics.ts`: by default the sum per five minutes. */
export const stageMetric = (
  { fn }: WatchedStage,
  metricName: MetricName,
  props: cloudwatch.MetricOptions = {},
): cloudwatch.Metric =>
  new cloudwatch.Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: { [METRIC_DIMENSION]: fn.functionName },
    statistic: cloudwatch.Stats.SUM,
    period: FIVE_MINUTES,
    ...props,
  });

/** Records on the topic that a stage has not yet processed: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
export const offsetLag = ({ fn }: WatchedStage): cloudwatch.Metric =>
  fn.metric('OffsetLag', { statistic: cloudwatch.Stats.MAXIMUM, period: FIVE_MINUTES });

/** Faults of the pollers, which never reach the Lambda. Each exists only while there is one. */
const POLLER_FAULTS = ['PollingErrorCount', 'InvokeErrorCount', 'CommitErrorCount'] as const;

/**
 * The faults of the pollers per five minutes; empty if the pollers publish no metrics, because they are not provisioned:
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html#event-source-mapping-metrics
 */
export const pollerFaults = (pollers: lambda.CfnEventSourceMapping): cloudwatch.Metric[] =>
  pollerMetrics(pollers, POLLER_FAULTS, cloudwatch.Stats.SUM);

/** The largest and the total number of records per partition that the pollers have not committed; empty as `pollerFaults`. */
export const pollerLag = (pollers: lambda.CfnEventSourceMapping): cloudwatch.Metric[] =>
  pollerMetrics(pollers, ['MaxOffsetLag', 'SumOffsetLag'], cloudwatch.Stats.MAXIMUM);

const pollerMetrics = (
  pollers: lambda.CfnEventSourceMapping,
  names: readonly string[],
  statistic: string,
): cloudwatch.Metric[] =>
  pollers.metricsConfig === undefined ? [] : names.map((name) => pollerMetric(pollers, name, statistic));

const pollerMetric = (
  pollers: lambda.CfnEventSourceMapping,
  metricName: string,
  statistic: string,
): cloudwatch.Metric =>
  new cloudwatch.Metric({
    namespace: 'AWS/Lambda',
    metricName,
    dimensionsMap: { EventSourceMappingUUID: pollers.ref },
    statistic,
    period: FIVE_MINUTES,
  });

/** https://docs.aws.amazon.com/msk/latest/developerguide/metrics-details.html */
export const diskUsed = (clusterName: string, broker: number): cloudwatch.Metric =>
  new cloudwatch.Metric({
    namespace: 'AWS/Kafka',
    metricName: 'KafkaDataLogsDiskUsed',
    dimensionsMap: { 'Cluster Name': clusterName, 'Broker ID': String(broker) },
    statistic: cloudwatch.Stats.MAXIMUM,
    period: FIVE_MINUTES,
  });

/** Reads and writes of a table that DynamoDB throttled: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html */
export const tableThrottles = (table: dynamodb.Table): readonly [cloudwatch.Metric, cloudwatch.Metric] => [
  table.metric('ReadThrottleEvents', THROTTLES),
  table.metric('WriteThrottleEvents', THROTTLES),
];
const THROTTLES = { statistic: cloudwatch.Stats.SUM, period: FIVE_MINUTES };
