import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { type Alarms, type MonitoredPipeline, sweepPeriod } from './alarm.ts';
import { functionAlarms, queueAlarms } from './stage-alarms.ts';
import { stageMetric } from './watched-metrics.ts';

const HOUR_SECONDS = 3600;
/** Time for the work itself; a window that is trained on adds its time. */
const WORK_HOURS = 4;

/** Detects that users are not forgotten, or not everywhere. */
export function forgetAlarms(scope: Construct, pipeline: MonitoredPipeline): Alarms {
  const { config, forget } = pipeline;
  const longestRunSeconds = config.train.attempts * config.train.deadlineMinutes * 60;
  return {
    ...functionAlarms(scope, 'forget', forget),
    ...queueAlarms('forget', pipeline),
    'forget-unfinished': {
      meaning:
        'a user who is to be forgotten is still stored, longer after the request than all attempts of a run and the work itself should take',
      metric: stageMetric(forget, 'ErasureAgeSeconds', {
        statistic: cloudwatch.Stats.MAXIMUM,
        period: sweepPeriod(config),
      }),
      limit: WORK_HOURS * HOUR_SECONDS + longestRunSeconds,
      periods: 1,
    },
    'forget-found': {
      meaning: 'the search after an erasure still found the user in the bucket',
      metric: stageMetric(forget, 'UsersFound'),
      limit: 1,
      periods: 1,
    },
  };
}
