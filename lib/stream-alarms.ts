import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { type Alarm, type Alarms, CONSECUTIVE_PERIODS, type MonitoredPipeline, sweptHours } from './alarm.ts';
import {
  diskUsed,
  FIVE_MINUTES,
  offsetLag,
  pollerFaults,
  stageMetric,
  type WatchedStage,
} from './watched-metrics.ts';

/** Rejected records per hour below which the share is ignored: a few stray records need no action. */
const MIN_REJECTED = 10;
/** The largest acceptable share of rejected records among all records of an hour, in percent. */
const MAX_REJECTED_PERCENT = 1;

/** The alarms on the topic: what accumulate reads of it, and the disks of its brokers. */
export function streamAlarms({
  config,
  stream,
  pollers,
  stages: { accumulate, threshold },
}: MonitoredPipeline) {
  const { brokers } = stream;
  const silence = sweptHours(config.silentAfterHours, config);
  return {
    ...readingAlarms('accumulate', { watched: accumulate, pollers, batchSize: config.stream.batchSize }),
    'accumulate-rejected': {
      meaning: `at least ${MAX_REJECTED_PERCENT} % of the records of an hour, and at least ${MIN_REJECTED}, could not be parsed as sales and are kept under rejected/`,
      metric: rejectedPercent(accumulate),
      limit: MAX_REJECTED_PERCENT,
      periods: 1,
    },
    'accumulate-looks-personal': {
      meaning: config.privacy.refusePersonal
        ? 'sales were rejected because an id, a type or a product name looks like an e-mail address, a phone number or a card number'
        : 'sales are stored although an id, a type or a product name looks like an e-mail address, a phone number or a card number',
      metric: stageMetric(accumulate, 'LooksPersonal', { period: Duration.hours(1) }),
      limit: 1,
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
    // The one before has no data of a stack that never stored a sale, so it cannot report that they are missing.
    'accumulate-nothing-stored': {
      meaning:
        'no sale has been stored since the stack was created, hours ago: there are no sales, or the pollers never reached the brokers or the Lambda',
      metric: stageMetric(threshold, 'NothingStored', {
        statistic: cloudwatch.Stats.MAXIMUM,
        period: silence.period,
      }),
      limit: 1,
      periods: silence.periods,
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
  } satisfies Alarms;
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

/** The facts about one reader of the topic that alarms need. */
export interface WatchedReader {
  readonly watched: WatchedStage;
  readonly pollers: lambda.CfnEventSourceMapping;
  readonly batchSize: number;
}

/** The number of invocations whose records may wait. */
const WAITING_INVOCATIONS = 10;

/** The alarms of a Lambda that reads the topic: records wait for too long, or its pollers fail, if they publish that. */
export function readingAlarms(
  stage: 'accumulate' | 'remember',
  { watched, pollers, batchSize }: WatchedReader,
) {
  const faults = pollerFaults(pollers);
  return {
    [`${stage}-lag`]: {
      meaning: 'more sales are waiting on the topic than ten invocations can process',
      metric: offsetLag(watched),
      limit: WAITING_INVOCATIONS * batchSize,
      periods: CONSECUTIVE_PERIODS,
    },
    ...(faults.length > 0 && {
      [`${stage}-pollers`]: {
        meaning:
          'the pollers cannot read the topic, invoke the Lambda or commit: the network, a permission or the sign-in is wrong',
        metric: new cloudwatch.MathExpression({
          label: 'Faults of the pollers',
          period: FIVE_MINUTES,
          expression: `SUM([${faults.map((_, index) => `FILL(fault${index}, 0)`)}])`,
          usingMetrics: Object.fromEntries(faults.map((metric, index) => [`fault${index}`, metric])),
        }),
        limit: 1,
        periods: CONSECUTIVE_PERIODS,
      },
    }),
  } satisfies Record<string, Alarm>;
}
