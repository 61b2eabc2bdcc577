import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Duration } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { ASSETS } from '../lambdas/render/assets.ts';
import { browserFile } from '../lambdas/shared/web/browser-code.ts';
import type { Program } from './bundle.ts';
import type { Lake } from './lake.ts';
import { type LogKeeping, stageFunction } from './stage-function.ts';
import { StageQueue } from './stage-queue.ts';

export interface RenderProps {
  readonly lake: Lake;
  readonly sweepMinutes: number;
  readonly logKeeping: LogKeeping;
}

/** Draws `charts/N/…` after `publications/K.json` was written, because the page of a run shows the decision about it. */
export class Render extends Construct {
  readonly fn: lambda.Function;
  readonly logGroup: logs.LogGroup;
  readonly queue: StageQueue;

  constructor(scope: Construct, id: string, { lake, sweepMinutes, logKeeping }: RenderProps) {
    super(scope, id);
    const { fn, logGroup } = stageFunction(this, 'render', {
      memoryMb: 1769,
      timeout: Duration.minutes(2),
      logKeeping,
      extraFiles: RENDER_FILES,
    });
    this.fn = fn;
    this.logGroup = logGroup;
    lake.grantRender(this.fn);

    this.queue = new StageQueue(this, 'Events', { fn: this.fn });
    this.queue.on('Publications', lake.createdBelow('publications'));
    this.queue.sweepEvery(sweepMinutes);
  }
}

/** The files next to the code of the stage: the PNG renderer, and the browser program of a run's page. */
export const RENDER_FILES: NonNullable<Program['extraFiles']> = {
  ...Object.fromEntries(
    Object.entries(ASSETS).map(([name, path]) => [
      name,
      () => readFileSync(fileURLToPath(import.meta.resolve(path))),
    ]),
  ),
  ...browserFile('run-page'),
};
