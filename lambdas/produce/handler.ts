import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { ENV, readEnvironment } from '../shared/platform/env.ts';
import { iamKafka } from '../shared/platform/iam-kafka.ts';
import { createLog } from '../shared/platform/log.ts';
import { type ProduceAnswer, produce } from './produce.ts';

const environment = readEnvironment(
  z.object({
    [ENV.brokers]: z.string().min(1),
    [ENV.topic]: z.string().min(1),
    AWS_REGION: z.string().min(1),
  }),
);
const producer = iamKafka({ brokers: environment[ENV.brokers], region: environment.AWS_REGION }).producer({
  allowAutoTopicCreation: false,
});

/**
 * Writes the sales of `npm run produce -- --stack NAME` to the topic. Only clients inside the brokers' VPC can reach them.
 */
export async function handler(event: unknown, context: Context): Promise<ProduceAnswer> {
  const log = createLog('produce', { requestId: context.awsRequestId });
  try {
    // Returns at once while connected. After a pause the Lambda has to connect again.
    await producer.connect();
    const answer = await produce(event, producer, environment[ENV.topic]);
    log.info('Sent records to the topic', { ...answer, topic: environment[ENV.topic] });
    return answer;
  } catch (error) {
    log.error('Cannot produce', { error });
    throw error;
  }
}
