import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { CONFIG_CONTEXT, readConfig } from '../lib/config.ts';
import { RecommenderStack } from '../lib/recommender-stack.ts';
import { ENVIRONMENT_CONTEXT, readEnvironmentFile } from './environment.ts';

const app = new App();
const name: unknown = app.node.tryGetContext(ENVIRONMENT_CONTEXT);
const environment = name === undefined ? undefined : readEnvironmentFile(String(name));
if (environment) app.node.setContext(CONFIG_CONTEXT, environment.cartograph ?? {});
const config = readConfig(app.node);
new RecommenderStack(app, config.stackName, {
  config,
  jarPath: fileURLToPath(new URL('../spark/target/cartograph-train.jar', import.meta.url)),
  description: 'Sales on a Kafka topic become product recommendations, a recommendation graph and charts',
  ...(environment && { env: { account: environment.account, region: environment.region } }),
});
