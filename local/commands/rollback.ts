import { LambdaClient } from '@aws-sdk/client-lambda';
import { callFunction } from '../stack/call-function.ts';
import { resolveTarget } from '../stack/target.ts';
import { command } from '../terminal/command.ts';
import { helpText, parseOptions, ROLLBACK_OPTIONS } from './options.ts';

/** `npm run rollback`: serves the run that was served before, or a named one. */
await command(async (args) => {
  const { to, stack, help } = parseOptions(ROLLBACK_OPTIONS, args);
  if (help) return console.log(helpText('npm run rollback: serve an earlier run again', ROLLBACK_OPTIONS));
  const { client, functions } = await resolveTarget(stack);
  const request = { rollback: to ?? true };
  // One try: a second one, after an answer that was lost, would go back twice.
  const lambda = new LambdaClient({ ...client, maxAttempts: 1 });
  const answer = String(await callFunction(lambda, functions.publish, request));
  if (answer.startsWith('Cannot')) throw new Error(answer);
  console.log(answer);
});
