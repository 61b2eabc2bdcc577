import { LambdaClient } from '@aws-sdk/client-lambda';
import { callFunction } from '../stack/call-function.ts';
import { resolveTarget } from '../stack/target.ts';
import { command } from '../terminal/command.ts';
import { helpText, parseOptions, RETRY_OPTIONS } from './options.ts';

await command(async (args) => {
  const { window, stack, help } = parseOptions(RETRY_OPTIONS, args);
  if (help)
    return console.log(helpText('npm run retry -- --window N: one more attempt for a window', RETRY_OPTIONS));
  if (window === undefined) throw new Error('--window is missing: which window shall get one more attempt?');
  const { client, functions } = await resolveTarget(stack);
  console.log(String(await callFunction(new LambdaClient(client), functions.train, { retry: window })));
});
