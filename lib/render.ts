import { Duration } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { ICommandHooks } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Construct } from 'constructs';
import type { Lake } from './lake.ts';
import { stageFunction } from './stage-function.ts';
import { StageQueue } from './stage-queue.ts';

export interface RenderProps {
  readonly lake: Lake;
  readonly sweepMinutes: number;
}

/** `manifests/N.json` → `charts/N/…`. */
export class Render extends Construct {
  readonly fn: lambda.Function;

  constructor(scope: Construct, id: string, { lake, sweepMinutes }: RenderProps) {
    super(scope, id);
    this.fn = stageFunction(this, 'render', {
      memoryMb: 1769,
      timeout: Duration.minutes(2),
      bundling: { commandHooks: copyAssets },
    });
    lake.grantRender(this.fn);

    const queue = new StageQueue(this, 'Events', { fn: this.fn, reportsFailures: true });
    queue.on('Manifests', lake.createdBelow('manifests'));
    queue.sweepEvery(sweepMinutes);
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
  afterBundling: (inputDirectory, outputDirectory) =>
    ASSETS.map((asset) => `cp "${inputDirectory}/node_modules/${asset}" "${outputDirectory}/"`),
};
