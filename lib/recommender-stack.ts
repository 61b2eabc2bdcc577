import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Accumulate } from './accumulate.ts';
import type { Config } from './config.ts';
import { Lake } from './lake.ts';
import { Network } from './network.ts';
import { Publish } from './publish.ts';
import { Render } from './render.ts';
import { Stream } from './stream.ts';
import { Threshold } from './threshold.ts';
import { Train } from './train.ts';

export interface RecommenderStackProps extends StackProps {
  readonly config: Config;
  readonly jarPath: string;
}

/** The pipeline: the stages in the order in which a sale passes them, and what connects them. */
export class RecommenderStack extends Stack {
  constructor(scope: Construct, id: string, { config, jarPath, ...props }: RecommenderStackProps) {
    super(scope, id, props);
    const { sweepMinutes } = config;

    const network = new Network(this, 'Network');
    const stream = new Stream(this, 'Stream', { network, config: config.stream });
    const lake = new Lake(this, 'Lake');
    const accumulate = new Accumulate(this, 'Accumulate', { lake, fieldMap: config.fieldMap });
    stream.feed(accumulate.fn);
    const threshold = new Threshold(this, 'Threshold', {
      lake,
      sweepMinutes,
      settings: config.threshold,
      model: config.model,
    });
    const train = new Train(this, 'Train', { lake, sweepMinutes, config: config.train, jarPath });
    const render = new Render(this, 'Render', { lake, sweepMinutes });
    const publish = new Publish(this, 'Publish', { lake, sweepMinutes });

    new CfnOutput(this, 'LakeBucket', { value: lake.bucket.bucketName });
    for (const [name, { fn }] of Object.entries({ accumulate, threshold, train, render, publish }))
      new CfnOutput(this, `${name}Function`, { value: fn.functionName });
  }
}
