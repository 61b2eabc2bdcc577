import { expect, test } from 'vitest';
import { commandLine, parseStartOptions } from '../../../local/commands/start-options.ts';

const DEFAULTS = { count: 30_000, seed: 1, threshold: 12_000, partitions: 3 };

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
    ...DEFAULTS,
    once: true,
    threshold: 500,
    growth: 0.5,
    maxWait: 36 * 3600,
    input: 'sales.csv.gz',
    map: { userId: 'CustomerID', productId: 'Stock=Code' },
  });
  expect(parseStartOptions([])).toEqual(DEFAULTS);
});

test('an unknown option is an error that names the nearest', () => {
  expect(() => parseStartOptions(['--treshold', '5'])).toThrow(
    "Unknown option '--treshold'; did you mean --threshold? --help lists all options",
  );
  expect(() => parseStartOptions(['once'])).toThrow(
    'Too many arguments. Expected 0 arguments but got 1: once. --help lists all options',
  );
  expect(() => parseStartOptions(['--toString'])).toThrow("Unknown option '--toString'");
});

test.each([
  [['--count', '0'], '--count is 0, should be a whole number from 1'],
  [['--count', '1e3'], '--count is 1e3, should be a whole number from 1'],
  [['--count'], "Option '--count <N>' argument missing"],
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
  [['--input', 'a.csv', '--seed', '1'], '--seed and --input contradict each other: a file is replayed whole'],
  [['--bootstrap', 'kafka:9092'], '--bootstrap and --endpoint go together'],
])('%j is an error that says what it should be', (args, message) => {
  expect(() => parseStartOptions(args)).toThrow(message);
});

test('options that npm has taken for itself are missed, whatever is left of them', () => {
  const once = { npm_config_once: 'true', npm_config_user_agent: 'npm/11', npm_lifecycle_event: 'start' };
  expect(() => parseStartOptions([], once)).toThrow(
    'Cannot read --once: npm takes it for itself; write npm start -- --once',
  );
  // Of `npm start --count 5 --max-wait=3h` npm leaves a 5.
  const more = { ...once, npm_config_count: 'true', npm_config_max_wait: '3h' };
  expect(() => parseStartOptions(['5'], more)).toThrow('write npm start -- --once --count N --max-wait 3h');
  expect(parseStartOptions(['--once'], { npm_config_yes: 'true' })).toEqual({ ...DEFAULTS, once: true });
});

test('a number is read whatever zeros it has, and the last of two counts', () => {
  expect(parseStartOptions(['--growth', '.5', '--seed', '007', '--seed=0'])).toEqual({
    ...DEFAULTS,
    growth: 0.5,
    seed: 0,
  });
});

test('the help of npm start', () => {
  expect(commandLine().helpInformation()).toMatchInlineSnapshot(`
    "Usage: npm start -- [options]

    the whole pipeline on this machine

    Options:
      --once                   end when the input is worked off; exit code 0 only if all of it worked
      --count <N>              simulated records (default: 30,000)
      --seed <N>               starts every random choice (default: 1)
      --input <FILE>           replay a CSV or NDJSON file, also .gz, instead of simulating
      --map <FIELDS>           names of the columns in the file: userId=CustomerID,productId=StockCode,…
      --threshold <N>          fewest new sales that cut a window (default: 12,000)
      --growth <SHARE>         a window adds at least this share of all cut before (default: 0.2; 0: off)
      --max-wait <TIME>        a sale waits at most this long for a window (default: 24h)
      --export <DIR>           copy the current run's files and charts there
      --keep                   keep the bucket and the log of the broker from the last time
      --partitions <N>         partitions of the topic (default: 3)
      --rank <N>               length of the factor vectors (default: 64)
      --port <N>               port of the charts (default: a free one)
      --bootstrap <HOST:PORT>  use this Kafka broker instead of starting one
      --endpoint <URL>         use this AWS API instead of starting an emulator
      --help                   this list
    "
  `);
});
