import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { type Alarms, CONSECUTIVE_PERIODS, type MonitoredPipeline, sweepPeriod } from './alarm.ts';
import { stageMetric } from './watched-metrics.ts';

/** The largest acceptable share of sales whose type has no weight, in percent. */
const MAX_UNKNOWN_PERCENT = 1;

/** Detects that sales do not become a window, a window does not become a run, or a run is not published. */
export function progressAlarms({ config, stages }: MonitoredPipeline) {
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
    ...(config.budget.monthlyTrainingUsd !== undefined && {
      'train-over-budget': {
        meaning:
          'a window waits for the next month, because its training does not fit into budget.monthlyTrainingUsd; the last run is still served',
        metric: stageMetric(train, 'WindowsOverBudget', {
          statistic: cloudwatch.Stats.MAXIMUM,
          period: sweepPeriod(config),
        }),
        limit: 1,
        periods: 1,
      },
    }),
    'train-conflicts': {
      meaning:
        'the newest run read two different records with the same topic, partition and offset: a stored batch was altered',
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
        'the newest window has sales that are dated long after all others: the clock of a producer is wrong',
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
  } satisfies Alarms;
}
