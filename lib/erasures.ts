import { Duration } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Lake } from './lake.ts';
import type { Privacy } from './privacy.ts';
import type { Serve as ServeConfig } from './request-config.ts';
import { addIdentity } from './serve.ts';
import { type LogKeeping, stageFunction } from './stage-function.ts';

export interface ErasuresProps {
  readonly lake: Lake;
  readonly privacy: Privacy;
  readonly config: ServeConfig;
  readonly logKeeping: LogKeeping;
}

/**
 * Takes the API's requests to forget users, and shows the receipts. It may create requests and their tombstones; the tombstones start
 * forget, whose role may replace and delete objects and which the API cannot call.
 */
export class Erasures extends Construct {
  readonly fn: lambda.Function;
  readonly logGroup: logs.LogGroup;

  constructor(scope: Construct, id: string, { lake, privacy, config, logKeeping }: ErasuresProps) {
    super(scope, id);
    const { fn, logGroup } = stageFunction(this, 'erasures', {
      memoryMb: 512,
      timeout: Duration.seconds(29),
      logKeeping,
    });
    this.fn = fn;
    this.logGroup = logGroup;
    lake.grantErasures(fn);
    // Requests have pseudonyms if ids are keyed, and tombstones have hashes: both are made with the secret.
    privacy.grantKey(fn);
    addIdentity(fn, config);
  }
}
