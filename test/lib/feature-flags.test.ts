import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { FEATURE_FLAGS } from '../../lib/feature-flags.ts';

const recommended: Record<string, unknown> = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve('aws-cdk-lib/recommended-feature-flags.json'), 'utf8'),
);

test('cdk.json sets every feature flag that CDK recommends for a new project, so that none changes a deployed stack', () => {
  expect(FEATURE_FLAGS).toEqual({ ...recommended, '@aws-cdk/aws-iam:minimizePolicies': false });
});
