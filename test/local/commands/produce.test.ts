import { expect, test } from 'vitest';
import { commandLine, parseProduceOptions, recordsForBroker } from '../../../local/commands/produce.ts';
import { type OutgoingRecord, SIMULATION_END_MS } from '../../../local/shop/simulate.ts';

const DEFAULTS = { count: 1_000, seed: 1, quantity: 1, times: 1 };

test('npm run produce simulates, replays a file, or lets one user buy', () => {
  expect(parseProduceOptions(['--count', '5', '--seed', '2'])).toEqual({ ...DEFAULTS, count: 5, seed: 2 });
  expect(parseProduceOptions(['--input', 'a.csv', '--map', 'userId=x'])).toEqual({
    ...DEFAULTS,
    input: 'a.csv',
    map: { userId: 'x' },
  });
  expect(parseProduceOptions(['--user', 'ann', '--product', 'lamp', '--times', '3'])).toEqual({
    ...DEFAULTS,
    user: 'ann',
    product: 'lamp',
    times: 3,
  });
});

const BUYS = ['--user', 'ann', '--product', 'lamp'];

test('on this machine a sale is of the time of the shop, and its record of now, so that remember keeps it', async () => {
  const options = parseProduceOptions(['--user', 'ann', '--product', 'lamp', '--times', '2']);
  const records: OutgoingRecord[] = [];
  for await (const record of recordsForBroker(options, 0)) records.push(record);
  expect(records.map(({ timestampMs }) => timestampMs)).toEqual([undefined, undefined]);
  const times = records.map(({ value }) => Date.parse(JSON.parse(String(value)).timestamp));
  expect(times[0]).toBe(SIMULATION_END_MS);
  expect(times[1]).toBeGreaterThan(SIMULATION_END_MS);
});

test.each([
  [['--user', '--product'], '--user is --product, should be an id'],
  [['--user', 'ann'], '--user needs --product: the product that the user buys'],
  [['--product', 'lamp'], '--product needs --user: the user who buys'],
  [['--times', '2'], '--times needs --user: the user who buys'],
  [['--quantity', '2', '--count', '5'], '--quantity needs --user: the user who buys'],
  [[...BUYS, '--count', '5'], '--count and --user contradict each other: --times is the number of purchases'],
  [[...BUYS, '--seed', '5'], '--seed and --user contradict each other: nothing is simulated'],
  [[...BUYS, '--input', 'a.csv'], '--user and --input contradict each other'],
  [['--input', 'a.csv', '--times', '2'], '--times and --input contradict each other'],
  [
    ['--input', 'a.csv', '--count', '2'],
    '--count and --input contradict each other: a file is replayed whole',
  ],
  [['--input', 'a.csv', '--seed', '2'], '--seed and --input contradict each other: a file is replayed whole'],
  [['--map', 'userId=x'], '--map needs --input: there is no file whose columns it names'],
])('npm run produce -- %j is an error, because an option would have no effect', (args, message) => {
  expect(() => parseProduceOptions(args)).toThrow(message);
});

test.each([
  [['--map', 'userId=x'], '--map needs --input'],
  [['--direct'], '--direct needs --stack'],
  [
    ['--stack', 'Shop', '--direct', '--bootstrap', 'b:9098'],
    '--bootstrap and --direct contradict each other',
  ],
  [['--topic', 'sales'], '--topic needs --bootstrap and excludes --stack'],
  [['--user='], '--user is empty, should be an id'],
  [['--user', ''], '--user is empty, should be an id'],
  [
    ['--user', '--x', '--product', 'lamp'],
    '--user is --x, should be an id; if it begins with dashes, write --user=--x',
  ],
  [['--encoding', 'klingon', '--input', 'a'], '--encoding is klingon, should be an encoding such as utf-8'],
  [['--time-format', 'YYYY', '--input', 'a'], '--time-format is YYYY, should be yyyy or yy'],
  [['--time-format', 'd/M/yyyy'], '--time-format needs --input: there is no file'],
  [['--skip', '5'], '--skip needs --input: there is no file to leave records out of'],
  [['--integer-ids'], '--integer-ids needs --input'],
  [
    ['--topic', 'sales', '--stack', 'Shop', '--bootstrap', 'b:9098'],
    '--topic needs --bootstrap and excludes --stack',
  ],
])('npm run produce -- %j is an error that gives the reason', (args, message) => {
  expect(() => parseProduceOptions(args)).toThrow(message);
});

test('an id may begin with dashes if it is written with an equals sign', () => {
  expect(parseProduceOptions(['--user=--x', '--product=--times'])).toMatchObject({
    user: '--x',
    product: '--times',
  });
});

test('npm run produce describes its file: encoding, form of timestamps, ids and where to begin', () => {
  const words = [
    '--input',
    'a.csv',
    '--encoding',
    'cp1252',
    '--time-format',
    'd/M/yyyy',
    '--integer-ids',
    '--skip',
    '7',
  ];
  const options = parseProduceOptions(words);
  expect(options).toMatchObject({ encoding: 'windows-1252', integerIds: true, skip: 7 });
  expect(options.timeFormat?.read('1/2/2019')).toBe('2019-02-01T00:00:00.000Z');
});

test('npm run produce takes a stack, or brokers with a topic', () => {
  expect(parseProduceOptions(['--stack', 'Shop', '--direct'])).toEqual({
    ...DEFAULTS,
    stack: 'Shop',
    direct: true,
  });
  expect(parseProduceOptions(['--bootstrap', 'b:9092', '--topic', 'orders'])).toEqual({
    ...DEFAULTS,
    bootstrap: 'b:9092',
    topic: 'orders',
  });
});

test('the help of npm run produce', () => {
  expect(commandLine().helpInformation()).toMatchInlineSnapshot(`
    "Usage: npm run produce -- [options]

    put more sales on the topic

    Options:
      --count <N>              number of simulated records (default: 1,000)
      --seed <N>               seed of the simulated shop, the same as for npm start (default: 1)
      --user <ID>              this user buys --product, instead of a simulation
      --product <ID>           the product that --user buys
      --quantity <N>           units per purchase (default: 1)
      --times <N>              number of purchases (default: 1)
      --input <FILE>           replay CSV, NDJSON, a JSON array (also .gz) or Parquet instead of simulating
      --map <FIELDS>           columns of the file: userId=CustomerID,productId=StockCode,…
      --encoding <NAME>        encoding of the file, such as windows-1252 (default: UTF-8)
      --time-format <FORM>     form of its timestamps: "d/M/yyyy H:mm", seconds … (default: ISO 8601)
      --integer-ids            read ids of a text file such as 17850.0 as whole numbers: 17850
      --skip <N>               leave out the first N records of the file, as after a failure
      --stack <NAME>           work on this CloudFormation stack instead of this machine
      --direct                 with --stack: connect to its brokers from here, which needs access to its VPC
      --bootstrap <HOST:PORT>  connect to these brokers; with --stack, sign in by IAM
      --topic <NAME>           with --bootstrap and without --stack: the topic (default: sales)
      --help                   show this help
    "
  `);
});
