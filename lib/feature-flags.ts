import { readFileSync } from 'node:fs';
import { z } from 'zod';

const Flag = z.union([z.boolean(), z.string(), z.array(z.string())]);
const CdkJson = z.object({ context: z.record(z.string(), z.unknown()) });

/**
 * The feature flags of CDK in `cdk.json`. The CDK CLI gives them to the app by itself; programs and tests that run the app
 * without the CLI must pass them on, or they would see another template.
 *
 * A flag changes generated names and policies, so it stays as it is once a stack is deployed. These are the ones that CDK
 * recommends for a new project: https://docs.aws.amazon.com/cdk/v2/guide/featureflags.html. One differs: `minimizePolicies`
 * is off, so that each grant stays a statement of its own, in the order of the code, which people and tests read.
 */
export const FEATURE_FLAGS: Readonly<Record<string, z.infer<typeof Flag>>> = Object.fromEntries(
  Object.entries(
    CdkJson.parse(JSON.parse(readFileSync(new URL('../cdk.json', import.meta.url), 'utf8'))).context,
  )
    .filter(([name]) => name.startsWith('@aws-cdk'))
    .map(([name, value]) => [name, Flag.parse(value)]),
);
