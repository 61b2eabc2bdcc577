import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

export interface StageQueueProps {
  readonly fn: lambda.Function;
  /** How long Lambda gathers messages before it calls the function, in seconds; 0 by default. */
  readonly gatherSeconds?: number;
}

/**
 * Messages of one call if they are gathered. A message about a new object has about 1.5 KB, and a call takes 6 MB. Without
 * gathering, AWS allows 10: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html
 */
const GATHERED_MESSAGES = 1000;

/** How often a message is delivered before it moves to the dead-letter queue. */
const MAX_RECEIVES = 5;

/**
 * Connects EventBridge rules to the Lambda of a stage through a queue. The queue adds retries, back-pressure and a
 * dead-letter queue, which a rule that invokes the Lambda directly would lack.
 */
export class StageQueue extends Construct {
  readonly queue: sqs.Queue;
  readonly deadLetters: sqs.Queue;

  constructor(scope: Construct, id: string, { fn, gatherSeconds = 0 }: StageQueueProps) {
    super(scope, id);
    this.deadLetters = new sqs.Queue(this, 'DeadLetters', {
      enforceSSL: true,
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      retentionPeriod: Duration.days(14),
    });
    acknowledge(this.deadLetters, {
      'Serverless-SQSRedrivePolicy': 'This is the dead-letter queue; an alarm notifies the operator.',
    });
    this.queue = new sqs.Queue(this, 'Queue', {
      enforceSSL: true,
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      // AWS recommends six times the timeout of the function, plus the time of gathering: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
      visibilityTimeout: Duration.seconds(6 * (fn.timeout?.toSeconds() ?? 60) + gatherSeconds),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: MAX_RECEIVES },
    });
    fn.addEventSource(
      new SqsEventSource(this.queue, {
        batchSize: gatherSeconds > 0 ? GATHERED_MESSAGES : 10,
        ...(gatherSeconds > 0 && { maxBatchingWindow: Duration.seconds(gatherSeconds) }),
        // The Lambda reports the messages that failed, so that the others are not delivered again.
        reportBatchItemFailures: true,
        // The minimum that AWS allows. One invocation handles all pending work, so more would compete for the same work.
        maxConcurrency: 2,
      }),
    );
    acknowledge(fn, {
      'Serverless-LambdaEventSourceMappingDestination':
        'Failed messages of a queue move to its dead-letter queue, which replaces a destination.',
    });
  }

  /** Sends every event that matches the pattern to the queue. */
  on(id: string, eventPattern: events.EventPattern): void {
    new events.Rule(this, id, {
      eventPattern,
      targets: [new targets.SqsQueue(this.queue, { deadLetterQueue: this.deadLetters })],
    });
  }

  /** Sends `{"sweep":true}` to the queue periodically: events can be lost, so every stage also looks for work in the bucket. */
  sweepEvery(minutes: number): void {
    this.sendEvery('Sweep', Duration.minutes(minutes), { sweep: true });
  }

  /** Sends `{"sweep":true,"all":true}` to the queue periodically, for a stage whose usual sweep does not list everything. */
  sweepAllEvery(hours: number): void {
    this.sendEvery('SweepAll', Duration.hours(hours), { sweep: true, all: true });
  }

  private sendEvery(id: string, period: Duration, message: object): void {
    new events.Rule(this, id, {
      schedule: events.Schedule.rate(period),
      targets: [
        new targets.SqsQueue(this.queue, {
          message: events.RuleTargetInput.fromObject(message),
          deadLetterQueue: this.deadLetters,
        }),
      ],
    });
  }
}
