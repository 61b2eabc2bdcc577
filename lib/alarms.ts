import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Stage } from '../lambdas/shared/contract/stages.ts';
import { METRIC_NAMESPACE } from '../lambdas/shared/platform/metrics.ts';
import type { Config } from './config.ts';
import type { Stream } from './stream.ts';
import {
  diskUsed,
  FIVE_MINUTES,
  offsetLag,
  pollerFaults,
  stageMetric,
  type WatchedStage,
  type WatchedStages,
} from './watched-metrics.ts';

type QueueStage = Exclude<Stage, 'accumulate'>;
/** Each alarm has a section of this name in `docs/runbook.md`. The first word is the stage to look at. */
export type AlarmName =
  | `${Stage}-${'errors' | 'throttles' | 'error-lines'}`
  | `${QueueStage}-${'dead-letters' | 'oldest-message' | 'asleep'}`
  | 'accumulate-lag'
  | 'accumulate-pollers'
  | 'accumulate-rejected'
  | 'accumulate-silent'
  | 'threshold-overdue'
  | 'train-attempt-failed'
  | 'train-gave-up'
  | 'train-conflicts'
  | 'train-unknown-types'
  | 'train-after-now'
  | 'publish-stale'
  | 'stream-disk';

/** One way in which a stage fails. The alarm goes off when the metric reaches `limit`. */
export interface Alarm {
  /** Explains the alarm to the person who receives the email. */
  readonly meaning: string;
  readonly metric: cloudwatch.IMetric;
  readonly limit: number;
  /** If set, the alarm goes off when the metric is below `limit` instead. */
  readonly isLowerLimit?: true;
  /** How many consecutive periods must breach the limit. */
  readonly periods: number;
  /**
   * If set, the alarm reports the state "insufficient data" after `periods` without data, instead of ignoring them. A new
   * alarm is in this state until its first data, which it does not report: nobody has confirmed the email by then.
   */
  readonly reportsMissingData?: true;
}

/** Everything that alarms and the dashboard are derived from. */
export interface MonitoredPipeline {
  readonly config: Config;
  readonly stream: Stream;
  /** The mapping that polls the topic. */
  readonly pollers: lambda.CfnEventSourceMapping;
  readonly stages: WatchedStages;
}

/** Retries recover from most faults within 15 minutes; only a fault that lasts longer needs a person. */
const CONSECUTIVE_PERIODS = 3;

/** Rejected records per hour below which the share is ignored: a few stray records need no action. */
const MIN_REJECTED = 10;
/** The largest acceptable share of rejected records among all records of an hour, in percent. */
const MAX_REJECTED_PERCENT = 1;

/** The largest acceptable share of sales whose type has no weight, in percent. */
const MAX_UNKNOWN_PERCENT = 1;

/** Returns every alarm of a deployment, by name, in pipeline order. `stream-disk` exists only for a provisioned cluster. */
export function alarmsOf(
  scope: Construct,
  pipeline: MonitoredPipeline,
): Partial<Readonly<Record<AlarmName, Alarm>>> {
  const { stages } = pipeline;
  return {
    ...functionAlarms(scope, 'accumulate', stages.accumulate),
    ...streamAlarms(pipeline),
    ...functionAlarms(scope, 'threshold', stages.threshold),
    ...queueAlarms('threshold', pipeline),
    ...functionAlarms(scope, 'train', stages.train),
    ...queueAlarms('train', pipeline),
    ...functionAlarms(scope, 'publish', stages.publish),
    ...queueAlarms('publish', pipeline),
    ...functionAlarms(scope, 'render', stages.render),
    ...queueAlarms('render', pipeline),
    ...progressAlarms(pipeline),
  };
}

function functionAlarms(scope: Construct, stage: Stage, { fn, logGroup }: WatchedStage) {
  const errorLines = new logs.MetricFilter(scope, `${stage}ErrorLines`, {
    logGroup,
    filterPattern: logs.FilterPattern.stringValue('$.level', '=', 'error'),
    metricNamespace: METRIC_NAMESPACE,
    metricName: `${fn.node.addr.slice(-12)}-ErrorLines`,
  });
  return {
    [`${stage}-errors`]: {
      meaning: 'the Lambda fails or times out repeatedly',
      metric: fn.metricErrors({ period: FIVE_MINUTES }),
      limit: 1,
      periods: CONSECUTIVE_PERIODS,
    },
    [`${stage}-throttles`]: {
      meaning:
        'Lambda throttles the function because the account has reached its limit of concurrent executions',
      metric: fn.metricThrottles({ period: FIVE_MINUTES }),
      limit: 1,
      periods: CONSECUTIVE_PERIODS,
    },
    [`${stage}-error-lines`]: {
      meaning: 'the stage logged an error that a person should look at',
      metric: errorLines.metric({ statistic: cloudwatch.Stats.SUM, period: FIVE_MINUTES }),
      limit: 1,
      periods: 1,
    },
  } satisfies Record<string, Alarm>;
}

function queueAlarms(stage: QueueStage, { config, stages }: MonitoredPipeline) {
  const { queue, fn } = stages[stage];
  if (!queue) throw new Error(`Cannot watch ${stage}: it has no queue`);
  return {
    [`${stage}-dead-letters`]: {
      meaning: 'a message was moved to the dead-letter queue after all its deliveries failed',
      metric: queue.deadLetters.metricApproximateNumberOfMessagesVisible({
        statistic: cloudwatch.Stats.MAXIMUM,
        period: FIVE_MINUTES,
      }),
      limit: 1,
      periods: 1,
    },
    [`${stage}-oldest-message`]: {
      meaning: 'a message has waited in the queue much longer than processing it should take',
      metric: queue.queue.metricApproximateAgeOfOldestMessage({
        statistic: cloudwatch.Stats.MAXIMUM,
        period: FIVE_MINUTES,
      }),
      // Twice the visibility timeout of the queue, which is six times the timeout of the Lambda.
      limit: Math.max(1800, 12 * (fn.timeout?.toSeconds() ?? 0)),
      periods: 1,
    },
    [`${stage}-asleep`]: {
      meaning: 'the Lambda was not invoked at all, although the periodic sweep should invoke it',
      metric: fn.metricInvocations({ period: sweepPeriod(config) }),
      limit: 1,
      isLowerLimit: true,
      periods: CONSECUTIVE_PERIODS,
      reportsMissingData: true,
    },
  } satisfies Record<string, Alarm>;
}

function streamAlarms({ config, stream, pollers, stages: { accumulate } }: MonitoredPipeline) {
  const { brokers } = stream;
  return {
    'accumulate-lag': {
      meaning: 'more sales are waiting on the topic than ten invocations can process',
      metric: offsetLag(accumulate),
      limit: 10 * config.stream.batchSize,
      periods: CONSECUTIVE_PERIODS,
    },
    'accumulate-pollers': {
      meaning:
        'the pollers cannot read the topic, invoke the Lambda or commit: the network, a permission or the sign-in is wrong',
      metric: new cloudwatch.MathExpression({
        label: 'Faults of the pollers',
        period: FIVE_MINUTES,
        expression: `SUM([${pollerFaults(pollers).map((_, index) => `FILL(fault${index}, 0)`)}])`,
        usingMetrics: Object.fromEntries(
          pollerFaults(pollers).map((metric, index) => [`fault${index}`, metric]),
        ),
      }),
      limit: 1,
      periods: CONSECUTIVE_PERIODS,
    },
    'accumulate-rejected': {
      meaning: `at least ${MAX_REJECTED_PERCENT} % of the records of an hour, and at least ${MIN_REJECTED}, could not be parsed as sales and are kept under rejected/`,
      metric: rejectedPercent(accumulate),
      limit: MAX_REJECTED_PERCENT,
      periods: 1,
    },
    'accumulate-silent': {
      meaning:
        'no sale has been stored for hours: there are no sales, or the pollers cannot reach the brokers or the Lambda',
      metric: stageMetric(accumulate, 'SalesStored', { period: Duration.hours(1) }),
      limit: 1,
      isLowerLimit: true,
      periods: config.silentAfterHours,
      reportsMissingData: true,
    },
    ...(brokers && {
      'stream-disk': {
        meaning: 'a broker has used 85 % of its disk; at 100 % it accepts no more sales',
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
        periods: CONSECUTIVE_PERIODS,
      },
    }),
  } satisfies Partial<Record<AlarmName, Alarm>>;
}

function rejectedPercent(accumulate: WatchedStage): cloudwatch.MathExpression {
  const period = Duration.hours(1);
  return new cloudwatch.MathExpression({
    label: 'Rejected, %',
    period,
    expression: `IF(rejected >= ${MIN_REJECTED}, 100 * rejected / (stored + rejected), 0)`,
    usingMetrics: {
      stored: stageMetric(accumulate, 'SalesStored', { period }),
      rejected: stageMetric(accumulate, 'SalesRejected', { period }),
    },
  });
}

const brokerNumbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** Detects that sales do not become a window, a window does not become a run, or a run is not published. */
function progressAlarms({ config, stages }: MonitoredPipeline) {
  const { threshold, train, publish } = stages;
  const longestRunSeconds = config.train.attempts * config.train.deadlineMinutes * 60;
  const sweepsSeconds = CONSECUTIVE_PERIODS * config.sweepMinutes * 60;
  const longestWaitSeconds = config.threshold.maxWaitSeconds + longestRunSeconds + sweepsSeconds;
  return {
    'threshold-overdue': {
      meaning:
        'sales have waited for a window longer than threshold.maxWaitSeconds plus the time that all attempts of the previous run can take',
      metric: stageMetric(threshold, 'WaitedSeconds', {
        statistic: cloudwatch.Stats.MAXIMUM,
        period: sweepPeriod(config),
      }),
      limit: longestWaitSeconds,
      periods: 1,
    },
    'train-attempt-failed': {
      meaning: 'a Spark job ended without producing a run; the next attempt starts automatically',
      metric: stageMetric(train, 'AttemptsFailed'),
      limit: 1,
      periods: 1,
    },
    'train-gave-up': {
      meaning: 'all attempts to train a window failed; the next window trains on its sales as well',
      metric: stageMetric(train, 'GivenUp'),
      limit: 1,
      periods: 1,
    },
    'train-conflicts': {
      meaning:
        'the served run read two different records with the same topic, partition and offset: the topic was recreated, or a stored batch was altered',
      metric: stageMetric(publish, 'Conflicts', {
        statistic: cloudwatch.Stats.MAXIMUM,
        period: sweepPeriod(config),
      }),
      limit: 1,
      periods: 1,
    },
    'train-unknown-types': {
      meaning: `at least ${MAX_UNKNOWN_PERCENT} % of all sales have an event type without a weight, so the newest run was not trained on them: name these types in model.typeWeights`,
      metric: stageMetric(publish, 'UnknownTypePercent', {
        statistic: cloudwatch.Stats.MAXIMUM,
        period: sweepPeriod(config),
      }),
      limit: MAX_UNKNOWN_PERCENT,
      periods: 1,
    },
    'train-after-now': {
      meaning:
        'the newest window of the served run has sales that are dated long after all others: the clock of a producer is wrong',
      metric: stageMetric(publish, 'SalesAfterNow', {
        statistic: cloudwatch.Stats.MAXIMUM,
        period: sweepPeriod(config),
      }),
      limit: 1,
      periods: 1,
    },
    'publish-stale': {
      meaning: 'the newest sale that the served run knows is too old: current.json is not being updated',
      metric: stageMetric(publish, 'RunAgeSeconds', {
        statistic: cloudwatch.Stats.MAXIMUM,
        period: sweepPeriod(config),
      }),
      // The newest sale of a window ages until the next window is cut, trained and published.
      limit: longestWaitSeconds + longestRunSeconds + 3600,
      periods: 1,
    },
  } satisfies Partial<Record<AlarmName, Alarm>>;
}

/** A period long enough to contain a sweep. CloudWatch accepts whole minutes, up to a day. */
function sweepPeriod({ sweepMinutes }: Config): Duration {
  return Duration.minutes(Math.max(5, sweepMinutes));
}
