import { Duration } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { FieldMap } from '../lambdas/accumulate/field-map.ts';
import { ENV } from '../lambdas/shared/env.ts';
import type { Lake } from './lake.ts';
import { stageFunction } from './stage-function.ts';

export interface AccumulateProps {
  readonly lake: Lake;
  readonly fieldMap: FieldMap;
}

/** Kafka records → `interactions/` and `rejected/`. The stream connects itself to `fn`. */
export class Accumulate extends Construct {
  readonly fn: lambda.Function;

  constructor(scope: Construct, id: string, { lake, fieldMap }: AccumulateProps) {
    super(scope, id);
    this.fn = stageFunction(this, 'accumulate', { memoryMb: 1769, timeout: Duration.minutes(2) });
    this.fn.addEnvironment(ENV.fieldMap, JSON.stringify(fieldMap));
    lake.grantAppendInteractions(this.fn);
  }
}
