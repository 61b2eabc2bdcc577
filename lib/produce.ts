import { Duration } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { type LogKeeping, stageFunction } from './stage-function.ts';
import type { Stream } from './stream.ts';

export interface ProduceProps {
  readonly stream: Stream;
  readonly logKeeping: LogKeeping;
}

/** Puts sales on the topic for `npm run produce -- --stack NAME`. The brokers can be reached only from inside their network. */
export class Produce extends Construct {
  readonly fn: lambda.Function;

  constructor(scope: Construct, id: string, { stream, logKeeping }: ProduceProps) {
    super(scope, id);
    const { inside } = stream;
    const { fn } = stageFunction(this, 'produce', {
      memoryMb: 512,
      timeout: Duration.minutes(2),
      logKeeping,
      inside,
    });
    this.fn = fn;
    stream.grantProduce(fn);
  }
}
