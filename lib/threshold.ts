import { Duration } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { ENV } from '../lambdas/shared/env.ts';
import type { Model } from '../lambdas/shared/model.ts';
import type { Threshold as Settings } from '../lambdas/threshold/settings.ts';
import type { Lake } from './lake.ts';
import { stageFunction } from './stage-function.ts';
import { StageQueue } from './stage-queue.ts';

export interface ThresholdProps {
  readonly lake: Lake;
  readonly settings: Settings;
  readonly model: Model;
  readonly sweepMinutes: number;
}

/** `interactions/` → `windows/N.json`. A finished or failed run may let the next window be cut, so those wake it too. */
export class Threshold extends Construct {
  readonly fn: lambda.Function;

  constructor(scope: Construct, id: string, { lake, settings, model, sweepMinutes }: ThresholdProps) {
    super(scope, id);
    this.fn = stageFunction(this, 'threshold', { memoryMb: 512, timeout: Duration.minutes(1) });
    this.fn.addEnvironment(ENV.threshold, JSON.stringify(settings));
    this.fn.addEnvironment(ENV.model, JSON.stringify(model));
    lake.grantCutWindows(this.fn);

    const queue = new StageQueue(this, 'Events', { fn: this.fn, reportsFailures: false });
    queue.on('Interactions', lake.createdBelow('interactions'));
    queue.on('Manifests', lake.createdBelow('manifests'));
    queue.on('Attempts', lake.createdBelow('attempts'));
    queue.sweepEvery(sweepMinutes);
  }
}
