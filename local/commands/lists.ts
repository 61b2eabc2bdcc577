import { readLists } from '../results/read-lists.ts';
import { formatLists } from '../results/report.ts';
import { resolveTarget } from '../stack/target.ts';
import { command } from '../terminal/command.ts';
import { helpText, LISTS_OPTIONS, parseOptions } from './options.ts';

/** `npm run lists -- --user ID`: what a user is recommended by the run that is served now. */
await command(async (args) => {
  const { user, stack, help } = parseOptions(LISTS_OPTIONS, args);
  if (help)
    return console.log(helpText('npm run lists -- --user ID: what a user is recommended', LISTS_OPTIONS));
  if (user === undefined) throw new Error('--user is missing: whose lists?');
  const { run, lists } = await readLists(await resolveTarget(stack), user);
  console.log(`Run ${run} recommends to ${user}\n${formatLists(lists)}`);
});
