/** All kinds of deployments as one CDK app, with the rules of cdk-nag; `synth.test.ts` runs it through the CLI. */
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { Config } from '../../lib/config.ts';
import { RecommenderStack } from '../../lib/recommender-stack.ts';
import { KINDS } from './kinds.ts';

// The CLI asks for bundles; they are not what is looked at here.
const app = new App({ postCliContext: { 'aws:cdk:bundling-stacks': [] } });
for (const [name, input] of Object.entries(KINDS))
  new RecommenderStack(app, name, {
    config: Config.parse({ ...input, stackName: name }),
    // Any file stands for the job.
    jarPath: import.meta.filename,
  });
Validations.of(app).addPlugins(
  new AwsSolutionsChecks(app, { verbose: true }),
  new ServerlessChecks(app, { verbose: true }),
);
