import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { readConfig } from '../../lib/config.ts';
import { RecommenderStack } from '../../lib/recommender-stack.ts';

/** Synthesizes the stack without bundling. Any file can take the place of the job's jar. */
export function synthesize(config: unknown = {}): Template {
  const app = new App({ context: { cartograph: config, 'aws:cdk:bundling-stacks': [] } });
  return Template.fromStack(
    new RecommenderStack(app, 'Test', { config: readConfig(app.node), jarPath: import.meta.filename }),
  );
}
