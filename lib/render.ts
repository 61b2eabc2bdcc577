import { Duration } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { ICommandHooks } from 'aws-cdk-lib/aws-lambda-nodejs';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { browserCodeCommand } from '../lambdas/shared/browser-code.ts';
import type { Lake } from './lake.ts';
import { type LogKeeping, stageFunction } from './stage-function.ts';
import { StageQueue } from './stage-queue.ts';

export interface RenderProps {
  readonly lake: Lake;
  readonly sweepMinutes: number;
  readonly logKeeping: LogKeeping;
}

/** `publications/K.json` → `charts/N/…`: the page of a run tells what was decided about it. */
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
      bundling: { commandHooks: copyAssets },
    });
    this.fn = fn;
    this.logGroup = logGroup;
    lake.grantRender(this.fn);

    this.queue = new StageQueue(this, 'Events', { fn: this.fn, reportsFailures: true });
    this.queue.on('Publications', lake.createdBelow('publications'));
    this.queue.sweepEvery(sweepMinutes);
  }
}

/** What `lambdas/render/draw.ts` reads beside its code. */
const ASSETS = [
  '@resvg/resvg-wasm/index_bg.wasm',
  'dejavu-fonts-ttf/ttf/DejaVuSans.ttf',
  'dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf',
];

const copyAssets: ICommandHooks = {
  beforeInstall: () => [],
  beforeBundling: () => [],
  afterBundling: (inputDirectory, outputDirectory) => [
    ...ASSETS.map((asset) => `cp "${inputDirectory}/node_modules/${asset}" "${outputDirectory}/"`),
    browserCodeCommand('run-page', inputDirectory, outputDirectory),
  ],
};
