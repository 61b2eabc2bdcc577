import { readLists } from '../results/read-lists.ts';
import { formatLists } from '../results/report.ts';
import { resolveTarget } from '../stack/target.ts';
import { commandLine as npmCommandLine, parseCommandLine } from '../terminal/command-line.ts';
import { stackOption, text } from '../terminal/options.ts';

export const commandLine = () =>
  npmCommandLine('lists', 'what a user is recommended')
    .addOption(text('--user <ID>', 'whose lists'))
    .addOption(stackOption());

/** `npm run lists -- --user ID`: what a user is recommended by the run that is served now. */
export async function run(args: readonly string[]): Promise<void> {
  const { user, stack } = parseCommandLine(commandLine(), args).opts();
  if (user === undefined) throw new Error('--user is missing: whose lists?');
  const { run, lists } = await readLists(await resolveTarget(stack), user);
  console.log(`Run ${run} recommends to ${user}\n${formatLists(lists)}`);
}
