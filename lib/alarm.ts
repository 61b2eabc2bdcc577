import { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { RequestStage, Stage } from '../lambdas/shared/contract/stages.ts';
import type { Config } from './config.ts';
import type { Stream } from './stream.ts';
import type { WatchedStage, WatchedStages } from './watched-metrics.ts';

export type QueueStage = Exclude<Stage, 'accumulate'> | 'forget';
/** Each alarm has a section of this name in `docs/runbook.md`. The first word is the stage to look at. */
export type AlarmName =
  | `${Stage | RequestStage | 'forget'}-${'errors' | 'throttles' | 'error-lines'}`
  | `${QueueStage}-${'dead-letters' | 'oldest-message' | 'asleep'}`
  | `${'accumulate' | 'remember'}-${'lag' | 'pollers'}`
  | 'accumulate-rejected'
  | 'accumulate-looks-personal'
  | 'accumulate-silent'
  | 'accumulate-nothing-stored'
  | 'threshold-overdue'
  | 'train-attempt-failed'
  | 'train-gave-up'
  | 'train-over-budget'
  | 'train-conflicts'
  | 'train-unknown-types'
  | 'train-after-now'
  | 'publish-stale'
  | 'stream-disk'
  | 'remember-table'
  | 'remember-run-age'
  | 'serve-failures'
  | 'serve-slow'
  | 'serve-without-recent'
  | 'serve-without-history'
  | 'serve-without-catalogue'
  | 'collect-not-sent'
  | 'forget-unfinished'
  | 'forget-found';
export type Alarms = Partial<Readonly<Record<AlarmName, Alarm>>>;

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
  /** The mapping that polls the topic for accumulate. */
  readonly pollers: lambda.CfnEventSourceMapping;
  readonly stages: WatchedStages;
  /** Undefined if the deployment has no API. */
  readonly requests: MonitoredRequests | undefined;
  readonly forget: WatchedStage;
}

/** The stages that answer requests, and what else alarms and the dashboard watch of them. */
export interface MonitoredRequests {
  readonly stages: Readonly<Record<Exclude<RequestStage, 'collect'>, WatchedStage>> & {
    /** Undefined if the API accepts no sales. */
    readonly collect?: WatchedStage;
  };
  readonly http: HttpApi;
  /** The table of recent sales. */
  readonly table: dynamodb.Table;
  /** The mapping that polls the topic for remember. */
  readonly pollers: lambda.CfnEventSourceMapping;
  /** The most records that remember gets at once. */
  readonly rememberBatchSize: number;
}

/** Retries recover from most faults within 15 minutes; only a fault that lasts longer needs a person. */
export const CONSECUTIVE_PERIODS = 3;

/** A number of hours as periods that each contain a sweep, even a late one; so they may be longer than an hour. */
export function sweptHours(hours: number, { sweepMinutes }: Config) {
  const periodMinutes = Math.min(MINUTES_PER_DAY, Math.max(60, 2 * sweepMinutes));
  return { period: Duration.minutes(periodMinutes), periods: Math.ceil((hours * 60) / periodMinutes) };
}
const MINUTES_PER_DAY = 24 * 60;

/** A period long enough to contain a sweep. CloudWatch accepts whole minutes, up to a day. */
export function sweepPeriod({ sweepMinutes }: Config): Duration {
  return Duration.minutes(Math.max(5, sweepMinutes));
}
