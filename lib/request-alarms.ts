import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import {
  type Alarms,
  CONSECUTIVE_PERIODS,
  type MonitoredPipeline,
  type MonitoredRequests,
  sweepPeriod,
} from './alarm.ts';
import { functionAlarms } from './stage-alarms.ts';
import { readingAlarms } from './stream-alarms.ts';
import { FIVE_MINUTES, stageMetric, tableThrottles } from './watched-metrics.ts';

/** Longer than an answer should take, also the first one of a process, which loads the model. */
const SLOW_MS = 2000;
const DAY_SECONDS = 24 * 3600;

/** The alarms of the stages that answer requests. */
export function requestAlarms(
  scope: Construct,
  pipeline: MonitoredPipeline,
  requests: MonitoredRequests,
): Alarms {
  const { remember, serve, collect, catalogue, erasures } = requests.stages;
  const { pollers, rememberBatchSize: batchSize } = requests;
  return {
    ...functionAlarms(scope, 'remember', remember),
    ...readingAlarms('remember', { watched: remember, pollers, batchSize }),
    ...memoryAlarms(pipeline, requests),
    ...functionAlarms(scope, 'serve', serve),
    ...answerAlarms(requests),
    ...(collect && functionAlarms(scope, 'collect', collect)),
    ...(collect && {
      'collect-not-sent': {
        meaning: 'valid sales of requests could not be put on the topic; their callers were told so',
        metric: stageMetric(collect, 'SalesNotSent'),
        limit: 1,
        periods: 1,
      },
    }),
    ...functionAlarms(scope, 'catalogue', catalogue),
    ...functionAlarms(scope, 'erasures', erasures),
  };
}

/** Detects that recent sales cannot be stored fast enough, or are forgotten before a run knows them. */
function memoryAlarms({ config, stages }: MonitoredPipeline, { table }: MonitoredRequests): Alarms {
  const throttles = tableThrottles(table);
  const halfSeconds = (config.remember.days * DAY_SECONDS) / 2;
  return {
    'remember-table': {
      meaning: 'DynamoDB throttles reads or writes of the table of recent sales',
      metric: new cloudwatch.MathExpression({
        label: 'Throttled requests',
        period: FIVE_MINUTES,
        expression: 'FILL(reads, 0) + FILL(writes, 0)',
        usingMetrics: { reads: throttles[0], writes: throttles[1] },
      }),
      limit: 1,
      periods: CONSECUTIVE_PERIODS,
    },
    'remember-run-age': {
      meaning:
        'the newest sale that the served run knows is older than half of remember.days; at the whole of it, sales are forgotten that no run knows',
      metric: stageMetric(stages.publish, 'RunAgeSeconds', {
        statistic: cloudwatch.Stats.MAXIMUM,
        period: sweepPeriod(config),
      }),
      limit: halfSeconds,
      periods: 1,
    },
  };
}

/** Detects answers that fail, are late, or are made without one of their sources. */
function answerAlarms({ http, stages: { serve } }: MonitoredRequests): Alarms {
  return {
    'serve-failures': {
      meaning: 'the API answered with a status of 500 or more in three consecutive periods',
      metric: http.metricServerError({ statistic: cloudwatch.Stats.SUM, period: FIVE_MINUTES }),
      limit: 1,
      periods: CONSECUTIVE_PERIODS,
    },
    'serve-slow': {
      meaning: `one request in a hundred took ${SLOW_MS} ms or longer`,
      metric: http.metricLatency({ statistic: cloudwatch.Stats.p(99), period: FIVE_MINUTES }),
      limit: SLOW_MS,
      periods: CONSECUTIVE_PERIODS,
    },
    'serve-without-recent': {
      meaning:
        'lists were answered from the run alone, because the table of recent sales did not answer in time',
      metric: stageMetric(serve, 'AnswersWithoutRecent'),
      limit: 1,
      periods: CONSECUTIVE_PERIODS,
    },
    'serve-without-history': {
      meaning:
        'lists were answered without what the run knows of the user, because its file could not be read',
      metric: stageMetric(serve, 'AnswersWithoutHistory'),
      limit: 1,
      periods: CONSECUTIVE_PERIODS,
    },
    'serve-without-catalogue': {
      meaning:
        'requests failed, because the catalogue could not be read and the copy in memory was missing or older than catalogue.maxAgeSeconds',
      metric: stageMetric(serve, 'RequestsWithoutCatalogue'),
      limit: 1,
      periods: 1,
    },
  };
}
