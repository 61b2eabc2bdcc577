import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { offsetLag, pollerFaults, pollerLag, type WatchedStage } from './watched-metrics.ts';

const { AVERAGE, MAXIMUM } = cloudwatch.Stats;

/** Width of the dashboard, in its own units. */
export const WIDTH = 24;

/** A row of the dashboard: three graphs below a heading. */
export type Row = readonly [stage: string, text: string, widgets: readonly cloudwatch.IWidget[]];

/** A graph that takes a third of a row. */
export const graph = (title: string, left: cloudwatch.IMetric[]): cloudwatch.GraphWidget =>
  new cloudwatch.GraphWidget({ title, left, width: WIDTH / 3, leftYAxis: { min: 0, showUnits: false } });

/** The mean and the longest duration of a Lambda. */
export const duration = ({ fn }: WatchedStage): cloudwatch.GraphWidget =>
  graph('Duration, milliseconds', [
    fn.metricDuration({ statistic: AVERAGE }),
    fn.metricDuration({ statistic: MAXIMUM }),
  ]);

/** Whether a Lambda is invoked, and what fails. */
export const health = ({ fn, queue }: WatchedStage): cloudwatch.GraphWidget =>
  graph(`Invocations, errors, throttles${queue ? ', dead letters' : ''}`, [
    fn.metricInvocations(),
    fn.metricErrors(),
    fn.metricThrottles(),
    ...(queue ? [queue.deadLetters.metricApproximateNumberOfMessagesVisible()] : []),
  ]);

/** The records that a reader of the topic has not yet processed, and the faults of its pollers if they publish them. */
export const reading = (
  watched: WatchedStage,
  pollers: lambda.CfnEventSourceMapping,
): cloudwatch.GraphWidget => {
  const faults = pollerFaults(pollers);
  return graph(
    `Records on the topic not yet processed${faults.length > 0 ? ', and faults of the pollers' : ''}`,
    [offsetLag(watched), ...pollerLag(pollers), ...faults],
  );
};
