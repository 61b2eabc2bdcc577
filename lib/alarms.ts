import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Stage } from '../lambdas/shared/contract/stages.ts';
import { METRIC_DIMENSION, METRIC_NAMESPACE, type MetricName } from '../lambdas/shared/platform/metrics.ts';
import type { Config } from './config.ts';
import type { StageQueue } from './stage-queue.ts';
import type { Stream } from './stream.ts';

/** What of a stage can be watched. */
export interface Watched {
  readonly fn: lambda.Function;
  readonly logGroup: logs.ILogGroup;
  /** Accumulate has none: its pollers are its queue. */
  readonly queue?: StageQueue;
}
export type Stages = Readonly<Record<Stage, Watched>>;

type QueueStage = Exclude<Stage, 'accumulate'>;
/** Each is a section of `docs/runbook.md`, and the first word is where to look. */
export type AlarmName =
  | `${Stage}-${'errors' | 'throttles' | 'error-lines'}`
  | `${QueueStage}-${'dead-letters' | 'oldest-message' | 'asleep'}`
  | 'accumulate-lag'
  | 'accumulate-rejected'
  | 'accumulate-silent'
  | 'threshold-overdue'
  | 'train-attempt-failed'
  | 'train-gave-up'
  | 'train-conflicts'
  | 'publish-stale'
  | 'stream-disk';

/** One way in which a stage fails. The alarm goes off when the value is at `limit` or, with `isLow`, below it. */
export interface Alarm {
  /** For the person who gets the mail. */
  readonly what: string;
  readonly metric: cloudwatch.IMetric;
  readonly limit: number;
  readonly isLow?: true;
  /** Periods in a row. */
  readonly periods: number;
  /** Whether no data is a bad sign. */
  readonly isMissingBad?: true;
}

export interface AlarmsOf {
  readonly config: Config;
  readonly stream: Stream;
  readonly stages: Stages;
}

const FIVE_MINUTES = Duration.minutes(5);
/** A fault that passes within a quarter of an hour was a retry's work, not a person's. */
const IN_A_ROW = 3;

/** Rejected records of an hour; fewer are strays of a producer. */
const FEWEST_REJECTED = 10;
/** Of all records of that hour, %. */
const MOST_REJECTED_PERCENT = 1;

/** A number that a stage told, by `lambdas/shared/platform/metrics.ts`. */
export const told = (
  { fn }: Watched,
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

/** Records behind the end of the topic: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
export const offsetLag = ({ fn }: Watched): cloudwatch.Metric =>
  fn.metric('OffsetLag', { statistic: cloudwatch.Stats.MAXIMUM, period: FIVE_MINUTES });

/** Every alarm of a deployment, by name. */
export function alarmsOf(scope: Construct, of: AlarmsOf): Partial<Readonly<Record<AlarmName, Alarm>>> {
  const { stages } = of;
  return {
    ...everyStage(scope, 'accumulate', stages.accumulate),
    ...streamAlarms(of),
    ...everyStage(scope, 'threshold', stages.threshold),
    ...everyQueue('threshold', of),
    ...everyStage(scope, 'train', stages.train),
    ...everyQueue('train', of),
    ...everyStage(scope, 'publish', stages.publish),
    ...everyQueue('publish', of),
    ...everyStage(scope, 'render', stages.render),
    ...everyQueue('render', of),
    ...progressAlarms(of),
  };
}

function everyStage(scope: Construct, stage: Stage, { fn, logGroup }: Watched) {
  const lines = new logs.MetricFilter(scope, `${stage}ErrorLines`, {
    logGroup,
    filterPattern: logs.FilterPattern.stringValue('$.level', '=', 'error'),
    metricNamespace: METRIC_NAMESPACE,
    metricName: `${fn.node.addr.slice(-12)}-ErrorLines`,
  });
  return {
    [`${stage}-errors`]: {
      what: 'the Lambda ended with an error or ran out of time, again and again',
      metric: fn.metricErrors({ period: FIVE_MINUTES }),
      limit: 1,
      periods: IN_A_ROW,
    },
    [`${stage}-throttles`]: {
      what: 'the Lambda was not started, for the account runs as many at once as it may',
      metric: fn.metricThrottles({ period: FIVE_MINUTES }),
      limit: 1,
      periods: IN_A_ROW,
    },
    [`${stage}-error-lines`]: {
      what: 'the stage logged an error, which a person must look at',
      metric: lines.metric({ statistic: cloudwatch.Stats.SUM, period: FIVE_MINUTES }),
      limit: 1,
      periods: 1,
    },
  } satisfies Record<string, Alarm>;
}

function everyQueue(stage: QueueStage, { config, stages }: AlarmsOf) {
  const { queue, fn } = stages[stage];
  if (!queue) throw new Error(`Cannot watch ${stage}: it has no queue`);
  return {
    [`${stage}-dead-letters`]: {
      what: 'a message was put aside after its deliveries had all failed',
      metric: queue.deadLetters.metricApproximateNumberOfMessagesVisible({
        statistic: cloudwatch.Stats.MAXIMUM,
        period: FIVE_MINUTES,
      }),
      limit: 1,
      periods: 1,
    },
    [`${stage}-oldest-message`]: {
      what: 'a message waits much longer than it should take to be worked off',
      metric: queue.queue.metricApproximateAgeOfOldestMessage({
        statistic: cloudwatch.Stats.MAXIMUM,
        period: FIVE_MINUTES,
      }),
      // Twice as long as a failed message is hidden.
      limit: Math.max(1800, 12 * (fn.timeout?.toSeconds() ?? 0)),
      periods: 1,
    },
    [`${stage}-asleep`]: {
      what: 'the Lambda was not called at all, although the sweep should call it again and again',
      metric: fn.metricInvocations({ period: sweepPeriod(config) }),
      limit: 1,
      isLow: true,
      periods: IN_A_ROW,
      isMissingBad: true,
    },
  } satisfies Record<string, Alarm>;
}

function streamAlarms({ config, stream, stages: { accumulate } }: AlarmsOf) {
  const { brokers } = stream;
  return {
    'accumulate-lag': {
      what: 'more sales wait on the topic than ten invocations take',
      metric: offsetLag(accumulate),
      limit: 10 * config.stream.batchSize,
      periods: IN_A_ROW,
    },
    'accumulate-rejected': {
      what: `${MOST_REJECTED_PERCENT} % and more of an hour's records, and at least ${FEWEST_REJECTED}, are no sales that can be read: they are put aside`,
      metric: rejectedPercent(accumulate),
      limit: MOST_REJECTED_PERCENT,
      periods: 1,
    },
    'accumulate-silent': {
      what: 'no sale was stored for hours: nobody buys, or the pollers do not reach the brokers or the Lambda',
      metric: told(accumulate, 'SalesStored', { period: Duration.hours(1) }),
      limit: 1,
      isLow: true,
      periods: config.silentAfterHours,
      isMissingBad: true,
    },
    ...(brokers && {
      'stream-disk': {
        what: 'a broker has used 85 % of its disk; at 100 % it takes no more sales',
        metric: new cloudwatch.MathExpression({
          label: 'Fullest disk, %',
          period: FIVE_MINUTES,
          expression: `MAX([${brokerNumbers(brokers.count).map((broker) => `broker${broker}`)}])`,
          usingMetrics: Object.fromEntries(
            brokerNumbers(brokers.count).map((broker) => [
              `broker${broker}`,
              diskUsed(brokers.clusterName, broker),
            ]),
          ),
        }),
        limit: 85,
        periods: IN_A_ROW,
      },
    }),
  } satisfies Partial<Record<AlarmName, Alarm>>;
}

function rejectedPercent(accumulate: Watched): cloudwatch.MathExpression {
  const period = Duration.hours(1);
  return new cloudwatch.MathExpression({
    label: 'Rejected, %',
    period,
    expression: `IF(rejected >= ${FEWEST_REJECTED}, 100 * rejected / (stored + rejected), 0)`,
    usingMetrics: {
      stored: told(accumulate, 'SalesStored', { period }),
      rejected: told(accumulate, 'SalesRejected', { period }),
    },
  });
}

const brokerNumbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** https://docs.aws.amazon.com/msk/latest/developerguide/metrics-details.html */
export const diskUsed = (clusterName: string, broker: number): cloudwatch.Metric =>
  new cloudwatch.Metric({
    namespace: 'AWS/Kafka',
    metricName: 'KafkaDataLogsDiskUsed',
    dimensionsMap: { 'Cluster Name': clusterName, 'Broker ID': String(broker) },
    statistic: cloudwatch.Stats.MAXIMUM,
    period: FIVE_MINUTES,
  });

/** Sales must come to a window, a window to a run, a run to the readers. */
function progressAlarms({ config, stages }: AlarmsOf) {
  const { threshold, train, publish } = stages;
  const longestRunSeconds = config.train.attempts * config.train.deadlineMinutes * 60;
  const sweepsSeconds = IN_A_ROW * config.sweepMinutes * 60;
  const longestWaitSeconds = config.threshold.maxWaitSeconds + longestRunSeconds + sweepsSeconds;
  return {
    'threshold-overdue': {
      what: 'sales have waited for a window longer than maxWait and all attempts of a run before them may take',
      metric: told(threshold, 'WaitedSeconds', {
        statistic: cloudwatch.Stats.MAXIMUM,
        period: sweepPeriod(config),
      }),
      limit: longestWaitSeconds,
      periods: 1,
    },
    'train-attempt-failed': {
      what: 'a Spark job ended without a run; the next attempt starts by itself',
      metric: told(train, 'AttemptsFailed'),
      limit: 1,
      periods: 1,
    },
    'train-gave-up': {
      what: 'all attempts of a window failed; its sales are trained with the next window',
      metric: told(train, 'GivenUp'),
      limit: 1,
      periods: 1,
    },
    'train-conflicts': {
      what: 'the run that is served met one offset with two contents: a topic was made anew, or a stored batch differs',
      metric: told(publish, 'Conflicts', {
        statistic: cloudwatch.Stats.MAXIMUM,
        period: sweepPeriod(config),
      }),
      limit: 1,
      periods: 1,
    },
    'publish-stale': {
      what: 'the run that is served knows no sale of the last day and longer: current.json does not move',
      metric: told(publish, 'RunAgeSeconds', {
        statistic: cloudwatch.Stats.MAXIMUM,
        period: sweepPeriod(config),
      }),
      // The last sale of a window may be as old as the wait for the next, until that is trained and published.
      limit: longestWaitSeconds + longestRunSeconds + 3600,
      periods: 1,
    },
  } satisfies Partial<Record<AlarmName, Alarm>>;
}

/** So long that each period sees a sweep; CloudWatch takes whole minutes up to a day. */
function sweepPeriod({ sweepMinutes }: Config): Duration {
  return Duration.minutes(Math.max(5, sweepMinutes));
}
