import { readLists } from '../results/read-lists.ts';
import { formatLists } from '../results/report.ts';
import { readPersonIds } from '../stack/person-key.ts';
import { resolveTarget } from '../stack/target.ts';
import { commandLine as npmCommandLine, parseCommandLine } from '../terminal/command-line.ts';
import { stackOption, text } from '../terminal/options.ts';

export const commandLine = () =>
  npmCommandLine('lists', 'show the recommendations for one user')
    .addOption(text('--user <ID>', 'the user, by the id in the shop'))
    .addOption(stackOption());

/** `npm run lists -- --user ID`: prints both lists of a user from the run that is served now. */
export async function run(args: readonly string[]): Promise<void> {
  const { user, stack } = parseCommandLine(commandLine(), args).opts();
  if (user === undefined) throw new Error('--user is missing: it names the user whose lists are shown');
  const target = await resolveTarget(stack);
  const { run, lists } = await readLists(target, user, await readPersonIds(target));
  console.log(`Run ${run} recommends to ${user}\n${formatLists(lists)}`);
}
