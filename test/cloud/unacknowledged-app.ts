/** A queue and a bucket without acknowledgements, which prove that the rules run. */
import { App, Stack, Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';

const app = new App();
const stack = new Stack(app, 'Unacknowledged');
new Bucket(stack, 'Bucket');
new Queue(stack, 'Queue');
Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
