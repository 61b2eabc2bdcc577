/** A CDK app with every kind of deployment and the rules of cdk-nag. `synth.test.ts` runs it through the CLI. */
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { Config } from '../../lib/config.ts';
import { RecommenderStack } from '../../lib/recommender-stack.ts';
import { KINDS } from './kinds.ts';

// The CLI would bundle the Lambdas, which this app does not need.
const app = new App({ postCliContext: { 'aws:cdk:bundling-stacks': [] } });
for (const [name, input] of Object.entries(KINDS))
  new RecommenderStack(app, name, {
    config: Config.parse({ ...input, stackName: name }),
    // Any file can take the place of the job's jar.
    jarPath: import.meta.filename,
  });
Validations.of(app).addPlugins(
  new AwsSolutionsChecks(app, { verbose: true }),
  new ServerlessChecks(app, { verbose: true }),
);
