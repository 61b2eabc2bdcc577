import type { Node } from 'constructs';
import { z } from 'zod';
import { FieldMap } from '../lambdas/accumulate/field-map.ts';
import { Model } from '../lambdas/shared/model.ts';
import { Threshold } from '../lambdas/threshold/settings.ts';

/** Everything that a deployment may choose; every key has a default. */
export const Config = z.strictObject({
  stackName: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,127}$/)
    .default('Cartograph'),
  stream: z
    .strictObject({
      /** The topic with the sales. */
      topic: z
        .string()
        .regex(/^[A-Za-z0-9._-]{1,249}$/)
        .default('sales'),
      /**
       * Lambda's pollers. `on-demand` costs nothing by itself; `provisioned` reads partial answers, so that a storage fault
       * of one partition does not repeat the others.
       * https://docs.aws.amazon.com/lambda/latest/dg/kafka-scaling-modes.html
       */
      pollers: z.enum(['on-demand', 'provisioned']).default('on-demand'),
    })
    .prefault({}),
  /** Names of the sale's fields on a topic that exists already, by our names. */
  fieldMap: FieldMap.prefault({}),
  threshold: Threshold.prefault({}),
  model: Model.prefault({}),
  /** How often every stage looks for work whose event was lost. */
  sweepMinutes: z.int().min(1).max(1440).default(5),
  train: z
    .strictObject({
      attempts: z.int().min(1).max(100).default(3),
      deadlineMinutes: z.int().min(5).max(1440).default(60),
      /** https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/release-versions.html */
      releaseLabel: z.string().default('emr-spark-8.0.0'),
      architecture: z.enum(['ARM64', 'X86_64']).default('ARM64'),
      /** The spending limit: driver and executors of all jobs together. */
      maximumVcpu: z.int().min(4).max(4000).default(16),
      maximumMemoryGb: z.int().min(16).max(30_000).default(64),
    })
    .prefault({}),
});
export type Config = z.infer<typeof Config>;

/** The context key that holds the configuration: `cdk deploy -c cartograph='{"threshold":{"threshold":50000}}'` or cdk.json. */
export const CONFIG_CONTEXT = 'cartograph';

/**
 * Reads the configuration from the CDK context.
 *
 * @throws {Error} If it is not JSON, a key is unknown or a value is not allowed; the message names the key and what is allowed.
 */
export function readConfig(node: Node): Config {
  const context: unknown = node.tryGetContext(CONFIG_CONTEXT) ?? {};
  const result = Config.safeParse(typeof context === 'string' ? parseText(context) : context);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    ({ path, message }) => `${['cartograph', ...path].join('.')}: ${message}`,
  );
  throw new Error(`Cannot configure the stack: ${problems.join('; ')}`);
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`Cannot configure the stack: ${CONFIG_CONTEXT} is ${text}, should be JSON`, { cause });
  }
}
