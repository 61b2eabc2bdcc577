import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { readConfig } from '../lib/config.ts';
import { RecommenderStack } from '../lib/recommender-stack.ts';

const app = new App();
const config = readConfig(app.node);
new RecommenderStack(app, config.stackName, {
  config,
  jarPath: fileURLToPath(new URL('../spark/target/cartograph-train.jar', import.meta.url)),
  description: 'Sales on a Kafka topic become product recommendations, a recommendation graph and charts',
});
