import { LambdaClient } from '@aws-sdk/client-lambda';
import { requestSentence } from '../stack/call-function.ts';
import { resolveTarget } from '../stack/target.ts';
import { commandLine as npmCommandLine, parseCommandLine } from '../terminal/command-line.ts';
import { stackOption, wholeNumber } from '../terminal/options.ts';

export const commandLine = () =>
  npmCommandLine('rollback', 'serve an earlier run again')
    .addOption(
      wholeNumber('--to <N>', 'the run to serve (default: the one that was served before)', { least: 1 }),
    )
    .addOption(stackOption());

/**
 * `npm run rollback`: serves the run that was served before, or the run of `--to`.
 *
 * @throws {Error} With the Lambda's reason, if it changed nothing.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { to, stack } = parseCommandLine(commandLine(), args).opts();
  const { client, functions } = await resolveTarget(stack);
  // No repeats by the SDK: if the first answer is lost, a second request would go back one more run.
  const lambda = new LambdaClient({ ...client, maxAttempts: 1 });
  console.log(await requestSentence(lambda, functions.publish, { rollback: to ?? true }));
}
