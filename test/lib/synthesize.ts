import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { readConfig } from '../../lib/config.ts';
import { RecommenderStack } from '../../lib/recommender-stack.ts';

/** The stack without its bundles: any file stands for the job. */
export function synthesize(config: unknown = {}): Template {
  const app = new App({ context: { cartograph: config, 'aws:cdk:bundling-stacks': [] } });
  return Template.fromStack(
    new RecommenderStack(app, 'Test', { config: readConfig(app.node), jarPath: import.meta.filename }),
  );
}
