import { LambdaClient } from '@aws-sdk/client-lambda';
import { requestSentence } from '../stack/call-function.ts';
import { resolveTarget } from '../stack/target.ts';
import { commandLine as npmCommandLine, parseCommandLine } from '../terminal/command-line.ts';
import { stackOption, wholeNumber } from '../terminal/options.ts';

export const commandLine = () =>
  npmCommandLine('rollback', 'serve an earlier run again')
    .addOption(wholeNumber('--to <N>', 'the run to be served again (default: the one before)', { least: 1 }))
    .addOption(stackOption());

/** `npm run rollback`: serves the run that was served before, or a named one. */
export async function run(args: readonly string[]): Promise<void> {
  const { to, stack } = parseCommandLine(commandLine(), args).opts();
  const { client, functions } = await resolveTarget(stack);
  // One try: a second one, after an answer that was lost, would go back twice.
  const lambda = new LambdaClient({ ...client, maxAttempts: 1 });
  console.log(await requestSentence(lambda, functions.publish, { rollback: to ?? true }));
}
