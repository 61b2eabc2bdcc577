import { LambdaClient } from '@aws-sdk/client-lambda';
import { RequestAnswer } from '../lambdas/shared/contract/answers.ts';
import { command } from './command.ts';
import { helpText, parseOptions, RETRY_OPTIONS } from './options.ts';
import { callFunction } from './stack.ts';
import { resolveTarget } from './target.ts';

await command(async (args) => {
  const { window, stack, help } = parseOptions(RETRY_OPTIONS, args);
  if (help)
    return console.log(helpText('npm run retry -- --window N: one more attempt for a window', RETRY_OPTIONS));
  if (window === undefined) throw new Error('--window is missing: which window shall get one more attempt?');
  const { client, functions } = await resolveTarget(stack);
  // One try: after an answer that was lost, a second one would be refused, because the attempt runs already.
  const lambda = new LambdaClient({ ...client, maxAttempts: 1 });
  const { done, message } = RequestAnswer.parse(
    await callFunction(lambda, functions.train, { retry: window }),
  );
  if (!done) throw new Error(message);
  console.log(message);
});
