import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { awsClient } from './emulator.ts';

/**
 * Calls a Lambda of the local stack and waits for its answer.
 *
 * @throws {Error} If the function failed; the message is the function's.
 */
export const invokeFunction = (endpoint: string, functionName: string, event: unknown): Promise<unknown> =>
  callFunction(lambdaClient(endpoint), functionName, event);

/**
 * Calls a Lambda, wherever it is, and waits for its answer.
 *
 * @throws {Error} If the function failed; the message is the function's.
 */
export async function callFunction(
  client: Pick<LambdaClient, 'send'>,
  functionName: string,
  event: unknown,
): Promise<unknown> {
  const { Payload, FunctionError } = await client.send(
    new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(JSON.stringify(event)) }),
  );
  const answer: unknown = JSON.parse(Buffer.from(Payload ?? 'null').toString() || 'null');
  if (FunctionError) throw new Error(`${functionName} failed: ${JSON.stringify(answer).slice(0, 500)}`);
  return answer;
}

const clients = new Map<string, LambdaClient>();

/** One client per endpoint: connections are kept. */
function lambdaClient(endpoint: string): LambdaClient {
  const client = clients.get(endpoint) ?? new LambdaClient(awsClient(endpoint));
  clients.set(endpoint, client);
  return client;
}
