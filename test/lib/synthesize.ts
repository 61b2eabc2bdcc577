import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { readConfig } from '../../lib/config.ts';
import { FEATURE_FLAGS } from '../../lib/feature-flags.ts';
import { RecommenderStack } from '../../lib/recommender-stack.ts';

/** Returns an app with the feature flags of `cdk.json`, without bundling. */
export const appWith = (config: unknown = {}): App =>
  new App({ context: { ...FEATURE_FLAGS, cartograph: config, 'aws:cdk:bundling-stacks': [] } });

/** Makes the stack. Any file can take the place of the job's jar. */
export function stackWith(config: unknown = {}, id = 'Test'): RecommenderStack {
  const app = appWith(config);
  return new RecommenderStack(app, id, { config: readConfig(app.node), jarPath: import.meta.filename });
}

/** Synthesizes the stack without bundling. */
export const synthesize = (config: unknown = {}): Template => Template.fromStack(stackWith(config));
