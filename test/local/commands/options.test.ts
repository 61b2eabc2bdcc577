import { expect, test } from 'vitest';
import {
  CHARTS_OPTIONS,
  COST_OPTIONS,
  DEFAULT_COUNT,
  DEFAULT_SEED,
  DEFAULT_THRESHOLD,
  helpText,
  PRODUCE_OPTIONS,
  parseOptions,
  parseProduceOptions,
  parseStartOptions,
  RETRY_OPTIONS,
  START_OPTIONS,
} from '../../../local/commands/options.ts';

test('options are read as `--name value` and `--name=value`; switches stand alone', () => {
  expect(
    parseStartOptions([
      '--once',
      '--threshold',
      '500',
      '--growth=0.5',
      '--max-wait',
      '36h',
      '--input=sales.csv.gz',
      '--map',
      'userId=CustomerID,productId=Stock=Code',
    ]),
  ).toEqual({
    once: true,
    threshold: 500,
    growth: 0.5,
    'max-wait': 36 * 3600,
    input: 'sales.csv.gz',
    map: { userId: 'CustomerID', productId: 'Stock=Code' },
  });
  expect(parseStartOptions([])).toEqual({});
});

test('an unknown option is an error that names the nearest', () => {
  expect(() => parseStartOptions(['--treshold', '5'])).toThrow(
    'Unknown option --treshold; did you mean --threshold?',
  );
  expect(() => parseStartOptions(['once'])).toThrow('Unknown option once; did you mean --once?');
  expect(() => parseStartOptions(['--toString'])).toThrow('Unknown option --toString');
});

test.each([
  [['--count', '0'], '--count is 0, should be a whole number from 1'],
  [['--count', '1e3'], '--count is 1e3, should be a whole number from 1'],
  [['--count'], '--count lacks its value N'],
  [['--rank', '513'], '--rank is 513, should be a whole number from 1 to 512'],
  [['--growth', '-1'], '--growth is -1, should be a number from 0 to 10'],
  [['--growth', ' '], '--growth is  , should be a number from 0 to 10'],
  [['--growth', '0x5'], '--growth is 0x5, should be a number from 0 to 10'],
  [['--growth='], '--growth is , should be a number from 0 to 10'],
  [['--count', '-5'], '--count is -5, should be a whole number from 1'],
  [['--count', '1.5'], '--count is 1.5, should be a whole number from 1'],
  [['--count', '99999999999999999999'], '--count is 99999999999999999999, should be a whole number from 1'],
  [['--seed', '2147483648'], '--seed is 2147483648, should be a whole number from 0 to 2147483647'],
  [['--port', '0'], '--port is 0, should be a whole number from 1 to 65535'],
  [['--max-wait', '0s'], '--max-wait is 0s, should be a number and s, m, h or d: 90s, 24h'],
  [['--input='], '--input is , should be a file'],
  [['--endpoint', 'http://localhost:4566'], '--bootstrap and --endpoint go together'],
  [['--max-wait', '90'], '--max-wait is 90, should be a number and s, m, h or d: 90s, 24h'],
  [['--once=yes'], '--once takes no value, but is yes'],
  [['--export', '--once'], '--export is --once, should be a dir'],
  [['--input', 'a.csv', '--map', 'user=x'], 'user is nearest to userId'],
  [['--input', 'a.csv', '--map', 'userId='], 'userId has no column'],
  [['--map', 'userId=x'], '--map needs --input'],
  [['--input', 'a.csv', '--count', '5'], '--count and --input contradict each other'],
  [['--input', 'a.csv', '--seed', '5'], '--seed and --input contradict each other: a file is replayed whole'],
  [['--bootstrap', 'kafka:9092'], '--bootstrap and --endpoint go together'],
])('%j is an error that says what it should be', (args, message) => {
  expect(() => parseStartOptions(args)).toThrow(message);
});

test('what npm run produce shall do is one of three things', () => {
  expect(parseProduceOptions(['--count', '5', '--seed', '2'])).toEqual({ count: 5, seed: 2 });
  expect(parseProduceOptions(['--input', 'a.csv', '--map', 'userId=x'])).toEqual({
    input: 'a.csv',
    map: { userId: 'x' },
  });
  expect(parseProduceOptions(['--user', 'ann', '--product', 'lamp', '--times', '3'])).toEqual({
    user: 'ann',
    product: 'lamp',
    times: 3,
  });
});

const BUYS = ['--user', 'ann', '--product', 'lamp'];

test.each([
  [['--user', 'ann'], '--user needs --product: what does the user buy?'],
  [['--product', 'lamp'], '--product needs --user: who buys?'],
  [['--times', '2'], '--times needs --user: who buys?'],
  [['--quantity', '2', '--count', '5'], '--quantity needs --user: who buys?'],
  [[...BUYS, '--count', '5'], '--count and --user contradict each other: how often the user buys is --times'],
  [[...BUYS, '--seed', '5'], '--seed and --user contradict each other: nothing is simulated'],
  [[...BUYS, '--input', 'a.csv'], '--user and --input contradict each other'],
  [['--input', 'a.csv', '--times', '2'], '--times and --input contradict each other'],
  [
    ['--input', 'a.csv', '--count', '2'],
    '--count and --input contradict each other: a file is replayed whole',
  ],
  [['--input', 'a.csv', '--seed', '2'], '--seed and --input contradict each other: a file is replayed whole'],
  [['--map', 'userId=x'], '--map needs --input: there is no file whose columns it names'],
])('npm run produce: %j would be ignored in part, so it is an error', (args, message) => {
  expect(() => parseProduceOptions(args)).toThrow(message);
});

test('options that npm has taken for itself are missed, whatever is left of them', () => {
  const once = { npm_config_once: 'true', npm_config_user_agent: 'npm/11', npm_lifecycle_event: 'start' };
  expect(() => parseStartOptions([], once)).toThrow(
    'Cannot read --once: npm takes it for itself; write npm start -- --once',
  );
  // Of `npm start --count 5 --max-wait=3h` npm leaves a 5.
  const more = { ...once, npm_config_count: 'true', npm_config_max_wait: '3h' };
  expect(() => parseStartOptions(['5'], more)).toThrow('write npm start -- --once --count N --max-wait 3h');
  const window = { npm_config_window: '3', npm_lifecycle_event: 'retry' };
  expect(() => parseOptions(RETRY_OPTIONS, [], window)).toThrow('write npm run retry -- --window 3');
  expect(parseStartOptions(['--once'], { npm_config_yes: 'true' })).toEqual({ once: true });
});

test('the help lists every option, each in a line', () => {
  const text = helpText('npm start', START_OPTIONS);
  for (const name of Object.keys(START_OPTIONS))
    expect(text).toMatch(new RegExp(`^ {2}--${name}[ A-Z:]* {2,}\\S`, 'm'));
  expect(text.split('\n').every((line) => line.length <= 110)).toBe(true);
  expect(() => parseOptions({}, ['--help'])).toThrow('did you mean --nothing');
});

test('a number is read whatever zeros it has, and the last of two counts', () => {
  expect(parseStartOptions(['--growth', '.5', '--seed', '007', '--seed=0'])).toEqual({
    growth: 0.5,
    seed: 0,
  });
});

test('the help of npm start', () => {
  expect(helpText('npm start: the whole pipeline on this machine', START_OPTIONS)).toMatchInlineSnapshot(`
    "npm start: the whole pipeline on this machine

      --once                 end when the input is worked off; exit code 0 only if all of it worked
      --count N              simulated records (default 30,000)
      --seed N               starts every random choice (default 1)
      --input FILE           replay a CSV or NDJSON file, also .gz, instead of simulating
      --map FIELDS           names of the columns in the file: userId=CustomerID,productId=StockCode,…
      --threshold N          fewest new sales that cut a window (default 12,000)
      --growth SHARE         a window adds at least this share of all cut before (default 0.2; 0: off)
      --max-wait TIME        a sale waits at most this long for a window (default 24h)
      --export DIR           copy the current run's files and charts there
      --keep                 keep the bucket and the log of the broker from the last time
      --partitions N         partitions of the topic (default 3)
      --rank N               length of the factor vectors (default 64)
      --port N               port of the charts (default: a free one)
      --bootstrap HOST:PORT  use this Kafka broker instead of starting one
      --endpoint URL         use this AWS API instead of starting an emulator
      --help                 this list"
  `);
});

test('the help of npm run produce and npm run retry', () => {
  expect(helpText('npm run produce', PRODUCE_OPTIONS)).toMatchInlineSnapshot(`
    "npm run produce

      --count N              simulated records (default 1,000)
      --seed N               the shop's seed, as npm start had it (default 1)
      --user ID              one user buys: with --product
      --product ID           what the user buys
      --quantity N           how many of it (default 1)
      --times N              how often (default 1)
      --input FILE           replay a file instead of simulating
      --map FIELDS           names of the columns in the file: userId=CustomerID,productId=StockCode,…
      --stack NAME           work on this CloudFormation stack instead of this machine
      --direct               with --stack: connect to its brokers from here, where there is a way into its VPC
      --bootstrap HOST:PORT  connect to these brokers; with --stack signed in by IAM
      --topic NAME           with --bootstrap and no --stack: the topic (default sales)
      --help                 this list"
  `);
  expect(helpText('npm run retry', RETRY_OPTIONS)).toMatchInlineSnapshot(`
    "npm run retry

      --window N    the window that gets one more attempt
      --stack NAME  work on this CloudFormation stack instead of this machine
      --help        this list"
  `);
});

test.each([
  [['--map', 'userId=x'], '--map needs --input'],
  [['--direct'], '--direct needs --stack'],
  [
    ['--stack', 'Shop', '--direct', '--bootstrap', 'b:9098'],
    '--bootstrap and --direct contradict each other',
  ],
  [['--topic', 'sales'], '--topic goes with --bootstrap alone'],
  [['--topic', 'sales', '--stack', 'Shop', '--bootstrap', 'b:9098'], '--topic goes with --bootstrap alone'],
])('npm run produce -- %j is an error that says why', (args, message) => {
  expect(() => parseProduceOptions(args)).toThrow(message);
});

test.each([
  [['--sales-per-month', 'lots'], 'should be a number from 0 to 10,000,000,000, such as 1e6'],
  [['--sales-per-month', '1e11'], 'should be a number from 0 to 10,000,000,000'],
  [['--stream', 'servreless'], 'should be serverless or provisioned or existing; nearest is serverless'],
  [['--pollers', 'none'], 'should be on-demand or provisioned'],
  [['--region', 'mars-1'], 'should be a region whose prices are in local/cost/prices.ts: us-east-1'],
])('npm run cost -- %j is an error that says what it should be', (args, message) => {
  expect(() => parseOptions(COST_OPTIONS, args)).toThrow(message);
});

test('npm run cost reads numbers as people write large ones', () => {
  expect(parseOptions(COST_OPTIONS, ['--sales-per-month', '2.5e6', '--stream', 'existing'])).toEqual({
    'sales-per-month': 2_500_000,
    stream: 'existing',
  });
});

test.each([
  ['produce', PRODUCE_OPTIONS],
  ['charts', CHARTS_OPTIONS],
  ['cost', COST_OPTIONS],
])('the help of npm run %s fits a terminal', (name, table) => {
  expect(
    helpText(name, table)
      .split('\n')
      .every((line) => line.length <= 110),
  ).toBe(true);
});

test('npm run produce takes a stack, or brokers with a topic', () => {
  expect(parseProduceOptions(['--stack', 'Shop', '--direct'])).toEqual({ stack: 'Shop', direct: true });
  expect(parseProduceOptions(['--bootstrap', 'b:9092', '--topic', 'orders'])).toEqual({
    bootstrap: 'b:9092',
    topic: 'orders',
  });
});

test('the help tells the defaults that are used', () => {
  for (const [name, value] of [
    ['count', DEFAULT_COUNT],
    ['seed', DEFAULT_SEED],
    ['threshold', DEFAULT_THRESHOLD],
  ] as const)
    expect(START_OPTIONS[name].help).toContain(`(default ${value.toLocaleString('en-US')})`);
});
