import { Duration } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { ENV } from '../lambdas/shared/platform/env.ts';
import type { FieldMap } from '../lambdas/shared/sales/field-map.ts';
import type { Privacy } from './privacy.ts';
import type { Serve as ServeConfig } from './request-config.ts';
import { addIdentity } from './serve.ts';
import { type LogKeeping, stageFunction } from './stage-function.ts';
import type { Stream } from './stream.ts';

export interface CollectProps {
  readonly privacy: Privacy;
  readonly stream: Stream;
  readonly fieldMap: FieldMap;
  readonly config: ServeConfig;
  readonly logKeeping: LogKeeping;
}

/** Puts the sales of requests on the topic. It is in the VPC of the brokers, and may do nothing else. */
export class Collect extends Construct {
  readonly fn: lambda.Function;
  readonly logGroup: logs.LogGroup;

  constructor(scope: Construct, id: string, { privacy, stream, fieldMap, config, logKeeping }: CollectProps) {
    super(scope, id);
    if (!stream.usesIam)
      throw new Error(
        'Cannot create collect: the cluster authenticates with a secret, should authenticate with IAM; set serve.collect to false',
      );
    const { fn, logGroup } = stageFunction(this, 'collect', {
      memoryMb: 512,
      timeout: Duration.seconds(29),
      logKeeping,
      inside: stream.inside,
    });
    this.fn = fn;
    this.logGroup = logGroup;
    fn.addEnvironment(ENV.fieldMap, JSON.stringify(fieldMap));
    privacy.grantMode(fn);
    addIdentity(fn, config);
    stream.grantProduce(fn);
  }
}
