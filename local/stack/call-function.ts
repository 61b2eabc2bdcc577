import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { z } from 'zod';
import { awsClient } from './emulator.ts';

/**
 * Calls a Lambda of the local stack and waits for its answer.
 *
 * @returns The answer, parsed; null if the function returned nothing.
 * @throws {Error} If the function failed; the message contains the function's error.
 */
export const invokeFunction = (endpoint: string, functionName: string, event: unknown): Promise<unknown> =>
  callFunction(lambdaClient(endpoint), functionName, event);

/**
 * Calls a Lambda, local or in an account, and waits for its answer.
 *
 * @returns The answer, parsed; null if the function returned nothing.
 * @throws {Error} If the function failed; the message contains the function's error.
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

const toResult = (message: string) => ({ done: !message.startsWith('Cannot'), message });
/** Some functions answer with a sentence only. If the sentence starts with "Cannot", the request was refused. */
const RequestAnswer = z.union([
  z.object({ done: z.boolean(), message: z.string() }),
  z.string().transform(toResult),
  z.tuple([z.string()]).transform(([message]) => toResult(message)),
]);

/**
 * Sends an operator's request to a Lambda whose answer contains a sentence.
 *
 * @returns The sentence, which says what the function did.
 * @throws {Error} If the function refused the request (the message is its reason), failed, or gave another kind of answer.
 */
export async function requestSentence(
  client: Pick<LambdaClient, 'send'>,
  functionName: string,
  request: Readonly<Record<string, unknown>>,
): Promise<string> {
  const answer = await callFunction(client, functionName, request);
  const { data } = RequestAnswer.safeParse(answer);
  if (!data)
    throw new Error(
      `Cannot understand the answer of ${functionName}: ${JSON.stringify(answer)?.slice(0, 500)}, should be a sentence that says what was done`,
    );
  if (!data.done) throw new Error(data.message);
  return data.message;
}

const clients = new Map<string, LambdaClient>();

/** Keeps one client per endpoint, so that connections are reused. */
function lambdaClient(endpoint: string): LambdaClient {
  const client = clients.get(endpoint) ?? new LambdaClient(awsClient(endpoint));
  clients.set(endpoint, client);
  return client;
}
