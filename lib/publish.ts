import { Duration } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Lake } from './lake.ts';
import { stageFunction } from './stage-function.ts';
import { StageQueue } from './stage-queue.ts';

export interface PublishProps {
  readonly lake: Lake;
  readonly sweepMinutes: number;
}

/** `manifests/N.json` → `publications/K.json`, then `current.json` and `charts/index.html`. */
export class Publish extends Construct {
  readonly fn: lambda.Function;

  constructor(scope: Construct, id: string, { lake, sweepMinutes }: PublishProps) {
    super(scope, id);
    this.fn = stageFunction(this, 'publish', { memoryMb: 512, timeout: Duration.minutes(1) });
    lake.grantPublish(this.fn);

    const queue = new StageQueue(this, 'Events', { fn: this.fn, reportsFailures: false });
    queue.on('Manifests', lake.createdBelow('manifests'));
    queue.sweepEvery(sweepMinutes);
  }
}
