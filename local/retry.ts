import { command } from './command.ts';
import { readEndpoints } from './endpoints.ts';
import { helpText, parseOptions, RETRY_OPTIONS } from './options.ts';
import { invokeFunction } from './stack.ts';

await command(async (args) => {
  const { window, help } = parseOptions(RETRY_OPTIONS, args);
  if (help)
    return console.log(helpText('npm run retry -- --window N: one more attempt for a window', RETRY_OPTIONS));
  if (window === undefined) throw new Error('--window is missing: which window shall get one more attempt?');
  const { endpoint, functions } = readEndpoints();
  console.log(String(await invokeFunction(endpoint, functions.train, { retry: window })));
});
