import { Option } from '@commander-js/extra-typings';
import { replay } from '../input/replay.ts';
import { measureOutside, type Outside } from '../quality/outside.ts';
import { type Measured, measureProject } from '../quality/project.ts';
import { PROTOCOL_NAMES, PROTOCOLS, type ProtocolName } from '../quality/protocols.ts';
import { measureReplay } from '../quality/replay.ts';
import { retailShop, simulatedShop } from '../quality/replay-shops.ts';
import { gainTable, replayTable } from '../quality/replay-tables.ts';
import { RETAIL_MAP, readRows, SHOP_NAMES, SHOPS } from '../quality/retail.ts';
import { readPolls } from '../quality/sales.ts';
import { measureServed } from '../quality/served.ts';
import { decisionLines, type ServedShop, servedComparison, servedTable } from '../quality/served-tables.ts';
import { agreement, chosenLines, scorersTable, yardstickTable } from '../quality/tables.ts';
import { callerPath } from '../terminal/caller-path.ts';
import { commandLine as npmCommandLine, parseCommandLine } from '../terminal/command-line.ts';
import { parseStartOptions } from './start-options.ts';
import { settingsOf } from './start-plan.ts';

const PARTS = ['served', 'replay', 'protocols'] as const;

export const commandLine = () =>
  npmCommandLine('quality', 'measure the recommendations on UCI Online Retail')
    .argument('<FILE>', 'the file of UCI Online Retail')
    .addOption(
      new Option(
        '--only <PART>',
        'served: the lists that `npm start` serves; replay: what answers in real time are worth; protocols: given holdouts (default: all)',
      ).choices(PARTS),
    )
    .option('--project-only', 'skip the comparison with models of other libraries');

/**
 * `npm run quality -- FILE`: measures what `npm start` serves on Online Retail, on two parts of it and on its last baskets; what
 * answers that know every earlier sale are worth; and the model by both protocols of docs/quality.md. The first and the last are
 * measured next to models of other libraries.
 */
export async function run(args: readonly string[]): Promise<void> {
  const command = parseCommandLine(commandLine(), args);
  const { projectOnly = false, only } = command.opts();
  const [file] = command.processedArgs;
  const path = callerPath(file);
  const runs = (part: (typeof PARTS)[number]): boolean => only === undefined || only === part;
  if (runs('served')) await served(path, projectOnly);
  if (runs('replay')) await replayed(path);
  if (runs('protocols')) await protocols(path, projectOnly);
}

/** Measures what is served: the options are those of `npm start -- --once --input FILE --map …`, and nothing else is set. */
async function served(path: string, projectOnly: boolean): Promise<void> {
  const options = parseStartOptions(['--once', '--input', path, '--map', RETAIL_MAP]);
  const rows = await readRows(replay(path, { map: options.map }));
  const settings = settingsOf(options);
  const measured: ServedShop[] = [];
  for (const shop of SHOP_NAMES) {
    const found = await measureServed(
      shop,
      rows,
      settings,
      projectOnly ? {} : { report: (line) => printProgress(`${SHOPS[shop].title}: ${line}`) },
    );
    measured.push(found);
    console.log(`Served, ${SHOPS[shop].title}:\n${decisionLines(found).join('\n')}`);
  }
  const split = `${PROTOCOLS.A.title}; ${SHOPS.lastBaskets.title}: ${PROTOCOLS.B.title}`;
  console.log(`\nServed: ${split}\n\n${servedTable(measured)}\n\n${servedComparison(measured)}`);
}

/** Replays the last part of Online Retail and of the simulated shop, with the same options. */
async function replayed(path: string): Promise<void> {
  const options = parseStartOptions(['--once', '--input', path, '--map', RETAIL_MAP]);
  const settings = settingsOf(options);
  const rows = await readRows(replay(path, { map: options.map }));
  const { seed, count } = parseStartOptions(['--once']);
  for (const shop of [retailShop(rows, settings.fieldMap), simulatedShop(seed, count, settings.fieldMap)]) {
    const found = await measureReplay(shop, settings);
    console.log(`\nReplay, ${shop.title}:\n\n${replayTable(found)}\n\n${gainTable(found)}`);
  }
}

/** Measures with a holdout that the configuration names, which runs of a user do not have. */
async function protocols(path: string, projectOnly: boolean): Promise<void> {
  const polls = await readPolls(path);
  const outside = projectOnly ? undefined : await measureOutside(path, PROTOCOL_NAMES, printProgress);
  const measure = async (name: ProtocolName): Promise<Measured> => {
    const measured = await measureProject(name, polls);
    console.log(`\nProtocol ${name}: ${PROTOCOLS[name].title}\n\n${scorersTable(measured)}\n`);
    console.log(`Seconds: ${secondsOf(measured)}`);
    return measured;
  };
  const project = { A: await measure('A'), B: await measure('B') };
  console.log(`\n${yardstickTable(project, outside)}`);
  if (outside) printOutside(project, outside);
}

function printOutside(project: Readonly<Record<ProtocolName, Measured>>, outside: Outside): void {
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
