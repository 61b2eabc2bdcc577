import { measureOutside } from '../quality/outside.ts';
import { type Measured, measureProject } from '../quality/project.ts';
import { PROTOCOLS, type ProtocolName } from '../quality/protocols.ts';
import { readPolls } from '../quality/sales.ts';
import { agreement, chosenLines, scorersTable, yardstickTable } from '../quality/tables.ts';
import { callerPath } from '../terminal/caller-path.ts';
import { commandLine as npmCommandLine, parseCommandLine } from '../terminal/command-line.ts';

export const commandLine = () =>
  npmCommandLine('quality', 'measure the recommendations on UCI Online Retail')
    .argument('<FILE>', 'the file of UCI Online Retail')
    .option('--project-only', 'skip the comparison with models of other libraries');

/**
 * `npm run quality -- FILE`: trains on Online Retail with the real job and measures by both protocols of docs/quality.md,
 * next to models of other libraries.
 */
export async function run(args: readonly string[]): Promise<void> {
  const command = parseCommandLine(commandLine(), args);
  const { projectOnly } = command.opts();
  const [file] = command.processedArgs;
  const path = callerPath(file);
  const polls = await readPolls(path);
  const outside = projectOnly ? undefined : await measureOutside(path, printProgress);
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
}

/** Progress goes to standard error, because standard output has the tables. */
function printProgress(line: string): void {
  console.error(line);
}

function secondsOf({ seconds }: Measured): string {
  return Object.entries(seconds)
    .map(([step, took]) => `${step} ${took.toFixed(1)}`)
    .join(', ');
}
