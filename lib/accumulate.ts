import { Duration } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { ENV } from '../lambdas/shared/platform/env.ts';
import type { FieldMap } from '../lambdas/shared/sales/field-map.ts';
import type { Lake } from './lake.ts';
import type { Privacy } from './privacy.ts';
import { type LogKeeping, stageFunction } from './stage-function.ts';

export interface AccumulateProps {
  readonly lake: Lake;
  readonly privacy: Privacy;
  readonly fieldMap: FieldMap;
  readonly logKeeping: LogKeeping;
}

/** Stores Kafka records under `interactions/`, and those that are not valid sales under `rejected/`. `Stream.feed` connects `fn` to the topic. */
export class Accumulate extends Construct {
  readonly fn: lambda.Function;
  readonly logGroup: logs.LogGroup;

  constructor(scope: Construct, id: string, { lake, privacy, fieldMap, logKeeping }: AccumulateProps) {
    super(scope, id);
    const { fn, logGroup } = stageFunction(this, 'accumulate', {
      memoryMb: 1769,
      timeout: Duration.minutes(2),
      logKeeping,
    });
    this.fn = fn;
    this.logGroup = logGroup;
    this.fn.addEnvironment(ENV.fieldMap, JSON.stringify(fieldMap));
    lake.grantAppendInteractions(this.fn);
    privacy.grantStoring(this.fn);
  }
}
