import { LambdaClient } from '@aws-sdk/client-lambda';
import { RequestAnswer } from '../lambdas/shared/contract/answers.ts';
import { command } from './command.ts';
import { helpText, parseOptions, ROLLBACK_OPTIONS } from './options.ts';
import { callFunction } from './stack.ts';
import { resolveTarget } from './target.ts';

/** `npm run rollback`: serves the run that was served before, or a named one. */
await command(async (args) => {
  const { to, stack, help } = parseOptions(ROLLBACK_OPTIONS, args);
  if (help) return console.log(helpText('npm run rollback: serve an earlier run again', ROLLBACK_OPTIONS));
  const { client, functions } = await resolveTarget(stack);
  const request = { rollback: to ?? true };
  // One try: a second one, after an answer that was lost, would go back twice.
  const lambda = new LambdaClient({ ...client, maxAttempts: 1 });
  const { done, message } = RequestAnswer.parse(await callFunction(lambda, functions.publish, request));
  if (!done) throw new Error(message);
  console.log(message);
});
