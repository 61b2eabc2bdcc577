import { measureOutside } from '../quality/outside.ts';
import { type Measured, measureProject } from '../quality/project.ts';
import { PROTOCOLS, type ProtocolName } from '../quality/protocols.ts';
import { readPolls } from '../quality/sales.ts';
import { agreement, chosenLines, scorersTable, yardstickTable } from '../quality/tables.ts';
import { callerPath } from '../terminal/caller-path.ts';
import { command } from '../terminal/command.ts';
import { helpText, parseOptions } from './options.ts';

const OPTIONS = {
  'project-only': { help: 'leave the outside check out: no other models beside', read: () => true },
  help: { help: 'this list', read: () => true },
};
const USAGE = 'npm run quality -- FILE: how good the lists are, on UCI Online Retail';

/**
 * `npm run quality -- FILE`: trains on Online Retail by the real job and measures by both protocols of docs/quality.md,
 * beside models from elsewhere.
 */
await command(async (args) => {
  const file = args.find((word) => !word.startsWith('--'));
  const options = parseOptions(
    OPTIONS,
    args.filter((word) => word !== file),
  );
  if (options.help) return console.log(helpText(USAGE, OPTIONS));
  if (!file) throw new Error('Cannot measure: the file of UCI Online Retail is missing');
  const path = callerPath(file);
  const polls = await readPolls(path);
  const outside = options['project-only'] ? undefined : await measureOutside(path, say);
  const measure = async (name: ProtocolName): Promise<Measured> => {
    const measured = await measureProject(name, polls);
    console.log(`\nProtocol ${name}: ${PROTOCOLS[name].title}\n\n${scorersTable(measured)}\n`);
    console.log(`Seconds: ${secondsOf(measured)}`);
    return measured;
  };
  const project = { A: await measure('A'), B: await measure('B') };
  console.log(`\n${yardstickTable(project, outside)}`);
  if (!outside) return;
  const versions = Object.entries(outside.versions).map(([name, version]) => `${name} ${version}`);
  console.log(`\nOutside: ${versions.join(', ')}; ${outside.seconds.toFixed(0)} s`);
  for (const line of [...agreement(project, outside), ...chosenLines(outside)]) console.log(line);
});

// Declared, not assigned: the command above runs before what stands below it.

/** Progress, beside the tables. */
function say(line: string): void {
  console.error(line);
}

function secondsOf({ seconds }: Measured): string {
  return Object.entries(seconds)
    .map(([step, took]) => `${step} ${took.toFixed(1)}`)
    .join(', ');
}
