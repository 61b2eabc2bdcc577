import type { Construct } from 'constructs';
import type { Alarms, MonitoredPipeline } from './alarm.ts';
import { forgetAlarms } from './forget-alarms.ts';
import { progressAlarms } from './progress-alarms.ts';
import { requestAlarms } from './request-alarms.ts';
import { functionAlarms, queueAlarms } from './stage-alarms.ts';
import { streamAlarms } from './stream-alarms.ts';

/**
 * Returns every alarm of a deployment, by name, in pipeline order. `stream-disk` exists only for a provisioned cluster, and
 * those of requests only with an API.
 */
export function alarmsOf(scope: Construct, pipeline: MonitoredPipeline): Alarms {
  const { stages, requests } = pipeline;
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
    ...(requests && requestAlarms(scope, pipeline, requests)),
    ...forgetAlarms(scope, pipeline),
  };
}
