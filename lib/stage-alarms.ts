import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { RequestStage, Stage } from '../lambdas/shared/contract/stages.ts';
import { METRIC_NAMESPACE } from '../lambdas/shared/platform/metrics.ts';
import {
  type Alarm,
  CONSECUTIVE_PERIODS,
  type MonitoredPipeline,
  type QueueStage,
  sweepPeriod,
} from './alarm.ts';
import { FIVE_MINUTES, type WatchedStage } from './watched-metrics.ts';

/** The alarms that every Lambda of a stage has. */
export function functionAlarms(
  scope: Construct,
  stage: Stage | RequestStage | 'forget',
  { fn, logGroup }: WatchedStage,
) {
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

/** The alarms of a stage that a queue calls. */
export function queueAlarms(stage: QueueStage, { config, stages, forget }: MonitoredPipeline) {
  const { queue, fn } = stage === 'forget' ? forget : stages[stage];
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
