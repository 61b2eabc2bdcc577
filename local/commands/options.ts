import { SALE_FIELDS, type SaleField } from '../../lambdas/accumulate/field-map.ts';
import { POLLERS, STREAMS } from '../cost/bill.ts';
import { DEFAULTS } from '../cost/defaults.ts';
import { isRegion, REGIONS, type Region } from '../cost/prices.ts';
import type { ColumnMap } from '../shop/replay.ts';
import { nearest } from '../terminal/nearest.ts';

/** How one option is written, read and told of. */
interface Option<Value> {
  /** What stands for the value in the help; absent for a switch. */
  readonly placeholder?: string;
  readonly help: string;
  /** @throws {Error} with what the value should be */
  readonly read: (text: string) => Value;
}

type Options = Readonly<Record<string, Option<unknown>>>;
type Values<Table extends Options> = { readonly [Name in keyof Table]?: ReturnType<Table[Name]['read']> };

/** What npm tells the scripts that it runs. */
type NpmEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * Reads a command line: `--name value`, `--name=value`, or `--name` for switches.
 *
 * @throws {Error} If an option is unknown (it names the nearest), lacks its value, has one that is not allowed, or was
 *   taken by npm.
 */
export function parseOptions<Table extends Options>(
  table: Table,
  args: readonly string[],
  npm: NpmEnvironment = process.env,
): Values<Table> {
  refuseSwallowed(table, npm);
  const values: Record<string, unknown> = {};
  const rest = [...args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [, name = '', inline] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    const option = Object.hasOwn(table, name) ? table[name] : undefined;
    if (!option)
      throw new Error(
        `Unknown option ${word}; did you mean --${nearest(name || word, Object.keys(table))}? --help lists them all`,
      );
    if (option.placeholder === undefined && inline !== undefined)
      throw new Error(`--${name} takes no value, but is ${inline}`);
    const text = option.placeholder === undefined ? '' : (inline ?? rest.shift());
    if (text === undefined) throw new Error(`--${name} lacks its value ${option.placeholder}`);
    try {
      values[name] = option.read(text);
    } catch (error) {
      throw new Error(`--${name} is ${text}, should be ${error instanceof Error ? error.message : error}`);
    }
  }
  return values as Values<Table>;
}

/** What stands in front of the second `--` npm keeps as its own configuration; the script sees nothing of it. */
function refuseSwallowed(table: Options, npm: NpmEnvironment): void {
  const swallowed = Object.entries(table).flatMap(([name, { placeholder }]) => {
    const text = npm[`npm_config_${name.replaceAll('-', '_')}`];
    if (text === undefined) return [];
    // Of `--count 5` npm takes `--count` only, and says "true".
    return placeholder ? [`--${name} ${text === 'true' ? placeholder : text}`] : [`--${name}`];
  });
  if (swallowed.length === 0) return;
  const script = npm.npm_lifecycle_event ?? 'start';
  throw new Error(
    `Cannot read ${swallowed.join(' ')}: npm takes it for itself; write npm ${script === 'start' ? '' : 'run '}${script} -- ${swallowed.join(' ')}`,
  );
}

/** The options as a table for a person. */
export function helpText(usage: string, table: Options): string {
  const names = Object.entries(table).map(
    ([name, { placeholder, help }]) => [`--${name}${placeholder ? ` ${placeholder}` : ''}`, help] as const,
  );
  const width = Math.max(...names.map(([name]) => name.length)) + 2;
  return [usage, '', ...names.map(([name, help]) => `  ${name.padEnd(width)}${help}`)].join('\n');
}

const flag = (help: string): Option<true> => ({ help, read: () => true });

const wholeNumber = (help: string, least: number, most = Number.MAX_SAFE_INTEGER): Option<number> => ({
  placeholder: 'N',
  help,
  read(text) {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new Error(
      most === Number.MAX_SAFE_INTEGER
        ? `a whole number from ${least}`
        : `a whole number from ${least} to ${most}`,
    );
  },
});

const words = (placeholder: string, help: string): Option<string> => ({
  placeholder,
  help,
  read(text) {
    if (text !== '' && !text.startsWith('--')) return text;
    throw new Error(`a ${placeholder.toLowerCase()}`);
  },
});

/** A number that may be written as 1e6. */
const amount = (placeholder: string, help: string, most: number): Option<number> => ({
  placeholder,
  help,
  read(text) {
    const value = Number(text);
    if (/^\d+(\.\d+)?(e\d+)?$/i.test(text) && value <= most) return value;
    throw new Error(`a number from 0 to ${most.toLocaleString('en-US')}, such as 1e6`);
  },
});

const oneOf = <Name extends string>(
  placeholder: string,
  help: string,
  names: readonly Name[],
): Option<Name> => ({
  placeholder,
  help,
  read(text) {
    const name = names.find((known) => known === text);
    if (name !== undefined) return name;
    throw new Error(`${names.join(' or ')}; nearest is ${nearest(text, names)}`);
  },
});

const region: Option<Region> = {
  placeholder: 'REGION',
  help: `whose prices (known: ${REGIONS.join(', ')})`,
  read(text) {
    if (isRegion(text)) return text;
    throw new Error(`a region whose prices are in local/cost/prices.ts: ${REGIONS.join(', ')}`);
  },
};

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

const duration = (help: string): Option<number> => ({
  placeholder: 'TIME',
  help,
  read(text) {
    const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
    const seconds = Number(amount) * (UNIT_SECONDS[unit] ?? 0);
    if (seconds > 0) return seconds;
    throw new Error('a number and s, m, h or d: 90s, 24h');
  },
});

const growth: Option<number> = {
  placeholder: 'SHARE',
  help: 'a window adds at least this share of all cut before (default 0.2; 0: off)',
  read(text) {
    const value = Number(text);
    if (/^\d*\.?\d+$/.test(text) && value <= 10) return value;
    throw new Error('a number from 0 to 10');
  },
};

const columnMap: Option<ColumnMap> = {
  placeholder: 'FIELDS',
  help: 'names of the columns in the file: userId=CustomerID,productId=StockCode,…',
  read(text) {
    const pairs = text.split(',').map((pair) => {
      const [field = '', column = ''] = pair.split(/=(.*)/s);
      if (!isField(field))
        throw new Error(
          `FIELD=COLUMN,… with the fields ${SALE_FIELDS.join(', ')}; ${field} is nearest to ${nearest(field, SALE_FIELDS)}`,
        );
      if (column === '') throw new Error(`FIELD=COLUMN,…, but ${field} has no column`);
      return [field, column] as const;
    });
    return Object.fromEntries(pairs);
  },
};

const isField = (name: string): name is SaleField => SALE_FIELDS.some((field) => field === name);

export const DEFAULT_COUNT = 30_000;
export const DEFAULT_SEED = 1;
/** With the default simulation two windows are cut. */
export const DEFAULT_THRESHOLD = 12_000;

export const START_OPTIONS = {
  once: flag('end when the input is worked off; exit code 0 only if all of it worked'),
  count: wholeNumber(`simulated records (default ${DEFAULT_COUNT.toLocaleString('en-US')})`, 1),
  seed: wholeNumber(`starts every random choice (default ${DEFAULT_SEED})`, 0, 2 ** 31 - 1),
  input: words('FILE', 'replay a CSV or NDJSON file, also .gz, instead of simulating'),
  map: columnMap,
  threshold: wholeNumber(
    `fewest new sales that cut a window (default ${DEFAULT_THRESHOLD.toLocaleString('en-US')})`,
    1,
  ),
  growth,
  'max-wait': duration('a sale waits at most this long for a window (default 24h)'),
  export: words('DIR', "copy the current run's files and charts there"),
  keep: flag('keep the bucket and the log of the broker from the last time'),
  partitions: wholeNumber('partitions of the topic (default 3)', 1, 100),
  rank: wholeNumber('length of the factor vectors (default 64)', 1, 512),
  port: wholeNumber('port of the charts (default: a free one)', 1, 65_535),
  bootstrap: words('HOST:PORT', 'use this Kafka broker instead of starting one'),
  endpoint: words('URL', 'use this AWS API instead of starting an emulator'),
  help: flag('this list'),
} satisfies Options;
export type StartOptions = Values<typeof START_OPTIONS>;

/** @throws {Error} If an option is wrong, or two contradict each other. */
export function parseStartOptions(args: readonly string[], npm?: NpmEnvironment): StartOptions {
  const options = parseOptions(START_OPTIONS, args, npm);
  if (options.map && options.input === undefined)
    throw new Error('--map needs --input: there is no file whose columns it names');
  refuseBeside('input', options, { count: REPLAYED_WHOLE, seed: REPLAYED_WHOLE });
  if ((options.bootstrap === undefined) !== (options.endpoint === undefined))
    throw new Error(
      '--bootstrap and --endpoint go together: both parts run elsewhere, or both are started here',
    );
  return options;
}

const stack = words('NAME', 'work on this CloudFormation stack instead of this machine');

export const PRODUCE_OPTIONS = {
  count: wholeNumber('simulated records (default 1,000)', 1),
  seed: wholeNumber(`the shop's seed, as npm start had it (default ${DEFAULT_SEED})`, 0, 2 ** 31 - 1),
  user: words('ID', 'one user buys: with --product'),
  product: words('ID', 'what the user buys'),
  quantity: wholeNumber('how many of it (default 1)', 1),
  times: wholeNumber('how often (default 1)', 1, 1000),
  input: words('FILE', 'replay a file instead of simulating'),
  map: columnMap,
  stack,
  direct: flag('with --stack: connect to its brokers from here, where there is a way into its VPC'),
  bootstrap: words('HOST:PORT', 'connect to these brokers; with --stack signed in by IAM'),
  topic: words('NAME', 'with --bootstrap and no --stack: the topic (default sales)'),
  help: flag('this list'),
} satisfies Options;
export type ProduceOptions = Values<typeof PRODUCE_OPTIONS>;

/** @throws {Error} If an option is wrong, one is missing, or two contradict each other. */
export function parseProduceOptions(args: readonly string[], npm?: NpmEnvironment): ProduceOptions {
  const options = parseOptions(PRODUCE_OPTIONS, args, npm);
  if (options.map && options.input === undefined)
    throw new Error('--map needs --input: there is no file whose columns it names');
  refuseBeside('input', options, { count: REPLAYED_WHOLE, seed: REPLAYED_WHOLE });
  const ownSale = 'a user either buys, or a file is replayed';
  refuseBeside('input', options, { user: ownSale, product: ownSale, quantity: ownSale, times: ownSale });
  if (options.user !== undefined && options.product === undefined)
    throw new Error('--user needs --product: what does the user buy?');
  for (const name of ['product', 'quantity', 'times'] as const)
    if (options[name] !== undefined && options.user === undefined)
      throw new Error(`--${name} needs --user: who buys?`);
  refuseBeside('user', options, {
    count: 'how often the user buys is --times',
    seed: 'nothing is simulated',
  });
  if (options.direct && options.stack === undefined)
    throw new Error('--direct needs --stack: it looks up the brokers of a stack');
  refuseBeside('direct', options, { bootstrap: 'one looks up the brokers, one names them' });
  if (options.topic !== undefined && (options.stack !== undefined || options.bootstrap === undefined))
    throw new Error('--topic goes with --bootstrap alone: a stack and a running pipeline know their topic');
  return options;
}

const REPLAYED_WHOLE = 'a file is replayed whole, and nothing is simulated';

/** @param others The options that would do nothing beside the first, each with the reason. */
function refuseBeside(
  name: string,
  options: Readonly<Record<string, unknown>>,
  others: Readonly<Record<string, string>>,
): void {
  if (options[name] === undefined) return;
  for (const [other, reason] of Object.entries(others))
    if (options[other] !== undefined)
      throw new Error(`--${other} and --${name} contradict each other: ${reason}`);
}

export const LISTS_OPTIONS = {
  user: words('ID', 'whose lists'),
  stack,
  help: flag('this list'),
} satisfies Options;

export const FLUSH_OPTIONS = { stack, help: flag('this list') } satisfies Options;

export const ROLLBACK_OPTIONS = {
  to: wholeNumber('the run to be served again (default: the one before)', 1),
  stack,
  help: flag('this list'),
} satisfies Options;

export const RETRY_OPTIONS = {
  window: wholeNumber('the window that gets one more attempt', 1),
  stack,
  help: flag('this list'),
} satisfies Options;

export const CHARTS_OPTIONS = {
  stack,
  to: words('DIR', 'copy the pages there (default: a temporary folder)'),
  open: flag('open the page with the program of this machine'),
  url: flag('print addresses that work for an hour, for whoever has them, instead of copying'),
  serve: flag('serve the pages to this machine, with explorer and new runs, until Ctrl-C'),
  port: wholeNumber('with --serve: port of the pages (default: a free one)', 1, 65_535),
  help: flag('this list'),
} satisfies Options;

export const COST_OPTIONS = {
  'sales-per-month': amount(
    'N',
    `such as 1e6 (default ${DEFAULTS.salesPerMonth.toLocaleString('en-US')})`,
    1e10,
  ),
  stream: oneOf('KIND', `${STREAMS.join(', ')} (default ${DEFAULTS.stream})`, STREAMS),
  pollers: oneOf('KIND', `${POLLERS.join(', ')} (default ${DEFAULTS.pollers})`, POLLERS),
  month: wholeNumber(
    `the month after the deployment (default ${DEFAULTS.month}): runs grow with the sales so far`,
    1,
    120,
  ),
  'runs-per-month': wholeNumber('default: as threshold, growth and wait make them', 0, 1e6),
  'record-bytes': wholeNumber(`a record on the topic (default ${DEFAULTS.recordBytes})`, 1, 1024 * 1024),
  threshold: wholeNumber(
    `fewest new sales that cut a window (default ${DEFAULTS.threshold.toLocaleString('en-US')})`,
    1,
  ),
  growth,
  'max-wait': duration('a sale waits at most this long for a window (default 24h)'),
  region,
  table: flag("the README's table: every stream, idle and busy"),
  help: flag('this list'),
} satisfies Options;
