import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { z } from 'zod';
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

const isDone = (message: string) => ({ done: !message.startsWith('Cannot'), message });
/** An answer that is a sentence only says in its first word whether the request was carried out. */
const RequestAnswer = z.union([
  z.object({ done: z.boolean(), message: z.string() }),
  z.string().transform(isDone),
  z.tuple([z.string()]).transform(([message]) => isDone(message)),
]);

/**
 * Sends a person's request to a Lambda that answers in a sentence.
 *
 * @returns the sentence, which says what has happened
 * @throws {Error} If the function refused the request (the message is its reason), failed, or answered something else.
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
      `Cannot understand the answer of ${functionName}: ${JSON.stringify(answer)?.slice(0, 500)}, should be what was done`,
    );
  if (!data.done) throw new Error(data.message);
  return data.message;
}

const clients = new Map<string, LambdaClient>();

/** One client per endpoint: connections are kept. */
function lambdaClient(endpoint: string): LambdaClient {
  const client = clients.get(endpoint) ?? new LambdaClient(awsClient(endpoint));
  clients.set(endpoint, client);
  return client;
}
