import { LambdaClient } from '@aws-sdk/client-lambda';
import { requestSentence } from '../stack/call-function.ts';
import { resolveTarget } from '../stack/target.ts';
import { commandLine as npmCommandLine, parseCommandLine } from '../terminal/command-line.ts';
import { stackOption, wholeNumber } from '../terminal/options.ts';

export const commandLine = () =>
  npmCommandLine('retry', 'start one more attempt to train on a window')
    .addOption(
      wholeNumber('--window <N>', 'the window to train on', {
        least: 1,
      }),
    )
    .option('--over-budget', 'start it even if it does not fit into the budget of this month')
    .addOption(stackOption());

/**
 * `npm run retry`: starts one more attempt to train on a window.
 *
 * @throws {Error} With the Lambda's reason, if it started none.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { window, overBudget, stack } = parseCommandLine(commandLine(), args).opts();
  if (window === undefined)
    throw new Error('--window is missing: it names the window that gets one more attempt');
  const { client, functions } = await resolveTarget(stack);
  // No repeats by the SDK: if the first answer is lost, the attempt is running, and a second request would be refused.
  const lambda = new LambdaClient({ ...client, maxAttempts: 1 });
  console.log(
    await requestSentence(lambda, functions.train, {
      retry: window,
      ...(overBudget && { overBudget }),
    }),
  );
}
