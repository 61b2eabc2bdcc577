import { Duration } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Lake } from './lake.ts';
import type { Serve as ServeConfig } from './request-config.ts';
import { addIdentity } from './serve.ts';
import { type LogKeeping, stageFunction } from './stage-function.ts';

export interface CatalogueProps {
  readonly lake: Lake;
  readonly config: ServeConfig;
  readonly logKeeping: LogKeeping;
}

/** Stores attributes of products under `catalogue/`, and is the only one that does. */
export class Catalogue extends Construct {
  readonly fn: lambda.Function;
  readonly logGroup: logs.LogGroup;

  constructor(scope: Construct, id: string, { lake, config, logKeeping }: CatalogueProps) {
    super(scope, id);
    const { fn, logGroup } = stageFunction(this, 'catalogue', {
      memoryMb: 1024,
      timeout: Duration.seconds(29),
      logKeeping,
    });
    this.fn = fn;
    this.logGroup = logGroup;
    lake.grantCatalogue(fn);
    addIdentity(fn, config);
  }
}
