import { LambdaClient } from '@aws-sdk/client-lambda';
import { requestSentence } from '../stack/call-function.ts';
import { resolveTarget } from '../stack/target.ts';
import { commandLine as npmCommandLine, parseCommandLine } from '../terminal/command-line.ts';
import { stackOption, wholeNumber } from '../terminal/options.ts';

export const commandLine = () =>
  npmCommandLine('retry', 'one more attempt for a window')
    .addOption(
      wholeNumber('--window <N>', 'the window that gets one more attempt', {
        least: 1,
      }),
    )
    .addOption(stackOption());

/** `npm run retry`: starts one more attempt of a window, or fails with the reason why there is none. */
export async function run(args: readonly string[]): Promise<void> {
  const { window, stack } = parseCommandLine(commandLine(), args).opts();
  if (window === undefined) throw new Error('--window is missing: which window shall get one more attempt?');
  const { client, functions } = await resolveTarget(stack);
  // One try: after an answer that was lost, a second one would be refused, because the attempt runs already.
  const lambda = new LambdaClient({ ...client, maxAttempts: 1 });
  console.log(await requestSentence(lambda, functions.train, { retry: window }));
}
