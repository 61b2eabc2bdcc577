import { Duration } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type Model, withoutDefaults } from '../lambdas/shared/contract/model.ts';
import { ENV } from '../lambdas/shared/platform/env.ts';
import type { Threshold as Settings } from '../lambdas/threshold/settings.ts';
import type { Lake } from './lake.ts';
import { type LogKeeping, stageFunction } from './stage-function.ts';
import { StageQueue } from './stage-queue.ts';

export interface ThresholdProps {
  readonly lake: Lake;
  readonly settings: Settings;
  readonly model: Model;
  readonly sweepMinutes: number;
  readonly logKeeping: LogKeeping;
}

/** Cuts `windows/N.json` from the batches under `interactions/`. A finished or failed run also triggers it, because the next window may be cut then. */
export class Threshold extends Construct {
  readonly fn: lambda.Function;
  readonly logGroup: logs.LogGroup;
  readonly queue: StageQueue;

  constructor(
    scope: Construct,
    id: string,
    { lake, settings, model, sweepMinutes, logKeeping }: ThresholdProps,
  ) {
    super(scope, id);
    const { fn, logGroup } = stageFunction(this, 'threshold', {
      // The full sweep lists the batches of the last week in each partition, and one partition in whole, about 1,000 per 0.1 s.
      memoryMb: 1024,
      timeout: Duration.minutes(5),
      logKeeping,
    });
    this.fn = fn;
    this.logGroup = logGroup;
    this.fn.addEnvironment(ENV.threshold, JSON.stringify(settings));
    this.fn.addEnvironment(ENV.model, JSON.stringify(withoutDefaults(model)));
    lake.grantCutWindows(this.fn);

    this.queue = new StageQueue(this, 'Events', { fn: this.fn, gatherSeconds: settings.gatherSeconds });
    this.queue.on('Interactions', lake.createdBelow('interactions'));
    this.queue.on('Manifests', lake.createdBelow('manifests'));
    this.queue.on('Attempts', lake.createdBelow('attempts'));
    this.queue.sweepEvery(sweepMinutes);
    this.queue.sweepAllEvery(settings.fullSweepHours);
  }
}
