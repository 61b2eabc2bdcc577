import { Duration, Stack, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { PRICES, pricedRegion } from '../lambdas/shared/contract/prices.ts';
import { memoryMbOf } from './stage-function.ts';
import { stageMetric, type WatchedStage } from './watched-metrics.ts';
import { graph } from './widgets.ts';

const DAY = Duration.days(1);

/**
 * The dollars of each stage per day: of its Lambda by duration and requests, and of the training jobs by their receipts. What
 * the metrics leave out, above all Kafka and alarms, is in `npm run cost`.
 */
export function usdByStage(
  stages: Readonly<Record<string, WatchedStage>>,
  train: WatchedStage,
): cloudwatch.GraphWidget {
  return graph('Dollars per day: Lambdas by stage, and the jobs of train when their receipts are written', [
    stageMetric(train, 'JobUsd', { period: DAY, label: 'train, jobs' }),
    ...Object.entries(stages).map(([stage, watched]) => lambdaUsd(stage, watched)),
  ]);
}

function lambdaUsd(stage: string, { fn }: WatchedStage): cloudwatch.MathExpression {
  const { region } = Stack.of(fn);
  const { lambdaArm, lambdaRequest } = PRICES[pricedRegion(Token.isUnresolved(region) ? undefined : region)];
  const usdPerMs = (memoryMbOf(fn) / 1024 / 1000) * lambdaArm.usd;
  return new cloudwatch.MathExpression({
    label: stage,
    period: DAY,
    // Ids of metrics are shared by the whole graph.
    expression: `${stage}Ms * ${decimal(usdPerMs)} + ${stage}Requests * ${decimal(lambdaRequest.usd)}`,
    usingMetrics: {
      [`${stage}Ms`]: fn.metricDuration({ statistic: cloudwatch.Stats.SUM, period: DAY }),
      [`${stage}Requests`]: fn.metricInvocations({ period: DAY }),
    },
  });
}

/** Writes a small number without an exponent, which metric expressions do not accept. */
const decimal = (value: number): string => value.toFixed(15).replace(/0+$/, '');
