import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { readEnvironment } from '../shared/platform/env.ts';
import { iamKafka } from '../shared/platform/iam-kafka.ts';
import { createLog } from '../shared/platform/log.ts';
import { applyTopic, type TopicAnswer, TopicRequest } from './topic.ts';

const environment = readEnvironment(z.object({ AWS_REGION: z.string().min(1) }));
/** Shorter than the Lambda's timeout of two minutes. */
const TIMEOUT_MS = 100_000;

/** Answers a request of CloudFormation, through the provider of the CDK: https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources-readme.html */
export async function handler(event: unknown, context: Context): Promise<TopicAnswer> {
  const log = createLog('topic', { requestId: context.awsRequestId });
  try {
    const request = TopicRequest.parse(event);
    const kafka = iamKafka({ brokers: request.ResourceProperties.brokers, region: environment.AWS_REGION });
    return await applyTopic(request, { admin: kafka.admin(), log, timeoutMs: TIMEOUT_MS });
  } catch (error) {
    log.error('Cannot apply the request for the topic', { error });
    throw error;
  }
}
