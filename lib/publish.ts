import { Duration } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { browserFile } from '../lambdas/shared/web/browser-code.ts';
import type { Lake } from './lake.ts';
import { type LogKeeping, stageFunction } from './stage-function.ts';
import { StageQueue } from './stage-queue.ts';

export interface PublishProps {
  readonly lake: Lake;
  readonly sweepMinutes: number;
  readonly logKeeping: LogKeeping;
}

/** Decides on each new `manifests/N.json`: writes `publications/K.json`, then `current.json` and `charts/index.html`. A new receipt updates the index page. */
export class Publish extends Construct {
  readonly fn: lambda.Function;
  readonly logGroup: logs.LogGroup;
  readonly queue: StageQueue;

  constructor(scope: Construct, id: string, { lake, sweepMinutes, logKeeping }: PublishProps) {
    super(scope, id);
    const { fn, logGroup } = stageFunction(this, 'publish', {
      memoryMb: 512,
      timeout: Duration.minutes(1),
      logKeeping,
      extraFiles: { ...browserFile('index-page'), ...browserFile('keyed-index-page') },
    });
    this.fn = fn;
    this.logGroup = logGroup;
    lake.grantPublish(this.fn);

    this.queue = new StageQueue(this, 'Events', { fn: this.fn });
    this.queue.on('Manifests', lake.createdBelow('manifests'));
    // The index page shows what runs cost, and which windows wait.
    this.queue.on('Receipts', lake.createdBelow('receipts'));
    this.queue.sweepEvery(sweepMinutes);
  }
}
