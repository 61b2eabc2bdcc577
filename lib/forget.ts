import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { ENV } from '../lambdas/shared/platform/env.ts';
import type { FieldMap } from '../lambdas/shared/sales/field-map.ts';
import type { Lake } from './lake.ts';
import type { Privacy } from './privacy.ts';
import type { Remember } from './remember.ts';
import { RENDER_FILES } from './render.ts';
import { type LogKeeping, stageFunction } from './stage-function.ts';
import { StageQueue } from './stage-queue.ts';

export interface ForgetProps {
  readonly lake: Lake;
  readonly privacy: Privacy;
  /** Rejected records name their users by the fields of the topic. */
  readonly fieldMap: FieldMap;
  readonly sweepMinutes: number;
  readonly logKeeping: LogKeeping;
}

/** Stages whose dead letters and logs may name a user. */
export interface Searched {
  readonly logGroup: logs.ILogGroup;
  readonly queue?: StageQueue;
}

const DAY_HOURS = 24;

/**
 * Forgets users: removes those of all requests from everything that is stored. Its role is the only one that may replace objects, with
 * `If-Match`, and delete versions of them; nothing else uses the role. Tombstones start it, and `npm run forget` invokes it; the API
 * cannot, whose requests erasures takes.
 */
export class Forget extends Construct {
  readonly fn: lambda.Function;
  readonly logGroup: logs.LogGroup;
  readonly queue: StageQueue;

  constructor(scope: Construct, id: string, props: ForgetProps) {
    super(scope, id);
    const { lake, privacy, fieldMap, sweepMinutes, logKeeping } = props;
    const { fn, logGroup } = stageFunction(this, 'forget', {
      // It holds a few objects of the bucket at a time, decoded.
      memoryMb: 3008,
      timeout: Duration.minutes(15),
      logKeeping,
      // It draws the charts of a run again from which users were removed.
      extraFiles: RENDER_FILES,
    });
    this.fn = fn;
    this.logGroup = logGroup;
    lake.grantForget(fn);
    privacy.grantKey(fn);
    fn.addEnvironment(ENV.fieldMap, JSON.stringify(fieldMap));
    this.queue = new StageQueue(this, 'Events', { fn });
    this.queue.on('Tombstones', lake.createdBelow('tombstones'));
    this.queue.sweepEvery(sweepMinutes);
    this.queue.sweepAllEvery(DAY_HOURS);
    this.continueByQueue();
  }

  /** Lets the function remove a user's items from the table of recent sales. */
  forgetRecent(remember: Remember): void {
    remember.grantForget(this.fn);
  }

  /** Lets the function search the dead letters and the logs of these stages, and delete what names a user. */
  search(stages: readonly Searched[]): void {
    const queues = stages.flatMap(({ queue }) => (queue ? [queue.deadLetters] : []));
    this.fn.addEnvironment(ENV.deadLetters, this.text(queues.map(({ queueUrl }) => queueUrl)));
    this.fn.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'],
        resources: queues.map(({ queueArn }) => queueArn),
      }),
    );
    const groups = stages.map(({ logGroup }) => logGroup);
    this.fn.addEnvironment(ENV.logGroups, this.text(groups.map(({ logGroupName }) => logGroupName)));
    this.fn.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['logs:FilterLogEvents', 'logs:DeleteLogStream'],
        resources: groups.map(({ logGroupArn }) => logGroupArn),
      }),
    );
  }

  /** A list of names as one variable; none of them has a comma. */
  private text(names: readonly string[]): string {
    return names.join(',');
  }

  /** Lets the function send itself a message before its time ends. */
  private continueByQueue(): void {
    this.fn.addEnvironment(ENV.ownQueue, this.queue.queue.queueUrl);
    this.fn.addToRolePolicy(
      new iam.PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.queue.queue.queueArn] }),
    );
  }
}
