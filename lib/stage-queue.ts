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
  /** Whether the Lambda names the messages that failed, so that the others do not come again. */
  readonly reportsFailures: boolean;
}

/** Deliveries of one message before it is put aside. */
const MAX_RECEIVES = 5;

/**
 * rule → queue → Lambda. A rule that called the Lambda would have no retries, no back-pressure and no dead-letter queue.
 */
export class StageQueue extends Construct {
  readonly queue: sqs.Queue;
  readonly deadLetters: sqs.Queue;

  constructor(scope: Construct, id: string, { fn, reportsFailures }: StageQueueProps) {
    super(scope, id);
    this.deadLetters = new sqs.Queue(this, 'DeadLetters', {
      enforceSSL: true,
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      retentionPeriod: Duration.days(14),
    });
    acknowledge(this.deadLetters, {
      'Serverless-SQSRedrivePolicy': 'It is the dead-letter queue; its alarm calls a person.',
    });
    this.queue = new sqs.Queue(this, 'Queue', {
      enforceSSL: true,
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html: six times the function's timeout
      visibilityTimeout: Duration.seconds(6 * (fn.timeout?.toSeconds() ?? 60)),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: MAX_RECEIVES },
    });
    fn.addEventSource(
      new SqsEventSource(this.queue, {
        batchSize: 10,
        reportBatchItemFailures: reportsFailures,
        // The fewest there may be: one call looks at everything, so more would race for the same work.
        maxConcurrency: 2,
      }),
    );
    acknowledge(fn, {
      'Serverless-LambdaEventSourceMappingDestination':
        'A queue has its dead-letter queue in place of a destination.',
    });
  }

  /** Puts every event of the pattern into the queue. */
  on(id: string, eventPattern: events.EventPattern): void {
    new events.Rule(this, id, {
      eventPattern,
      targets: [new targets.SqsQueue(this.queue, { deadLetterQueue: this.deadLetters })],
    });
  }

  /** Puts `{"sweep":true}` into the queue: events may be lost, so every stage looks for its work in the bucket too. */
  sweepEvery(minutes: number): void {
    this.sendEvery('Sweep', Duration.minutes(minutes), { sweep: true });
  }

  /** Puts `{"sweep":true,"all":true}` into the queue, for a stage whose usual sweep does not look at everything. */
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
