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

test('an unknown option is an error that suggests the most similar one', () => {
  expect(() => parseStartOptions(['--treshold', '5'])).toThrow(
    "Unknown option '--treshold'; did you mean --threshold? --help lists all options",
  );
  expect(() => parseStartOptions(['once'])).toThrow(
    'Too many arguments. Expected 0 arguments but got 1: once; did you mean --once? --help lists all options',
  );
  expect(() => parseStartOptions(['--toString'])).toThrow("Unknown option '--toString'");
});

test.each([
  [['--count', '0'], '--count is 0, should be a whole number from 1'],
  [['--count', '1e3'], '--count is 1e3, should be a whole number from 1'],
  [['--count'], "Option '--count <N>' argument missing"],
  [['--rank', '513'], '--rank is 513, should be a whole number from 1 to 512'],
  [['--reveal', 'ids.txt'], '--reveal needs --export'],
  [['--reveal', 'ids.txt', '--export', 'out'], '--reveal needs --keyed'],
  [['--growth', '-1'], '--growth is -1, should be a number from 0 to 10'],
  [['--growth', ' '], '--growth is  , should be a number from 0 to 10'],
  [['--growth', '0x5'], '--growth is 0x5, should be a number from 0 to 10'],
  [['--growth='], '--growth is empty, should be a number from 0 to 10'],
  [['--count', '-5'], '--count is -5, should be a whole number from 1'],
  [['--count', '1.5'], '--count is 1.5, should be a whole number from 1'],
  [['--count', '99999999999999999999'], '--count is 99999999999999999999, should be a whole number from 1'],
  [['--seed', '2147483648'], '--seed is 2147483648, should be a whole number from 0 to 2147483647'],
  [['--port', '0'], '--port is 0, should be a whole number from 1 to 65535'],
  [['--max-wait', '0s'], '--max-wait is 0s, should be a number and s, m, h or d: 90s, 24h'],
  [['--input='], '--input is empty, should be a file'],
  [
    ['--type-weights', 'view'],
    /^--type-weights is view, should be TYPE=WEIGHT,… with weights from 0 to 1000/,
  ],
  [['--endpoint', 'http://localhost:4566'], '--bootstrap and --endpoint go together'],
  [['--max-wait', '90'], '--max-wait is 90, should be a number and s, m, h or d: 90s, 24h'],
  [['--once=yes'], '--once takes no value, but is yes'],
  [['--export', '--once'], '--export is --once, should be a directory'],
  [['--endpoint='], '--endpoint is empty, should be a URL'],
  [['--input', 'a.csv', '--map', 'user=x'], 'did you mean userId instead of user?'],
  [
    ['--input', 'a.csv', '--map', 'userId=x,'],
    /^--map is userId=x,, should be FIELD=COLUMN,… with .*productName$/,
  ],
  [['--input', 'a.csv', '--map', 'userId='], 'userId has no column'],
  [['--map', 'userId=x'], '--map needs --input'],
  [['--input', 'a.csv', '--count', '5'], '--count and --input contradict each other'],
  [['--input', 'a.csv', '--seed', '5'], '--seed and --input contradict each other: a file is replayed whole'],
  [['--input', 'a.csv', '--seed', '1'], '--seed and --input contradict each other: a file is replayed whole'],
  [['--bootstrap', 'kafka:9092'], '--bootstrap and --endpoint go together'],
])('%j is an error that gives the valid values', (args, message) => {
  expect(() => parseStartOptions(args)).toThrow(message);
});

test('options that npm has taken as its own are reported, even if npm has split them', () => {
  const once = { npm_config_once: 'true', npm_config_user_agent: 'npm/11', npm_lifecycle_event: 'start' };
  expect(() => parseStartOptions([], once)).toThrow(
    'Cannot read --once: npm takes it as its own option; write npm start -- --once',
  );
  // From `npm start --count 5 --max-wait=3h` npm passes only the 5 to the script.
  const more = { ...once, npm_config_count: 'true', npm_config_max_wait: '3h' };
  expect(() => parseStartOptions(['5'], more)).toThrow('write npm start -- --once --count N --max-wait 3h');
  expect(parseStartOptions(['--once'], { npm_config_yes: 'true' })).toEqual({ ...DEFAULTS, once: true });
});

test('a number may have leading zeros or none; of an option that is given twice, the last value counts', () => {
  expect(parseStartOptions(['--growth', '.5', '--seed', '007', '--seed=0'])).toEqual({
    ...DEFAULTS,
    growth: 0.5,
    seed: 0,
  });
});

test('the help of npm start', () => {
  expect(commandLine().helpInformation()).toMatchInlineSnapshot(`
    "Usage: npm start -- [options]

    run the whole pipeline on this machine

    Options:
      --once                   exit when the input is processed, with code 0 only if everything worked
      --count <N>              number of simulated records (default: 30,000)
      --seed <N>               seed of every random choice (default: 1)
      --input <FILE>           replay CSV, NDJSON, a JSON array (also .gz) or Parquet instead of simulating
      --map <FIELDS>           columns of the file: userId=CustomerID,productId=StockCode,…
      --encoding <NAME>        encoding of the file, such as windows-1252 (default: UTF-8)
      --time-format <FORM>     form of its timestamps: "d/M/yyyy H:mm", seconds … (default: ISO 8601)
      --integer-ids            read ids of a text file such as 17850.0 as whole numbers: 17850
      --skip <N>               leave out the first N records of the file, as after a failure
      --threshold <N>          number of new sales that cut a window (default: 12,000)
      --growth <SHARE>         new sales must also be this share of all earlier ones (default: 0.2; 0: off)
      --max-wait <TIME>        cut a window once a sale has waited this long (default: 24h)
      --type-weights <LIST>    weights of types of sales: view=0.1,cart=0.3 (0: leave out)
      --charges <LIST>         ids or names of charges to leave out: GIFT-WRAP,postage=false (false: keep)
      --monthly-usd <USD>      let runs beyond this cost wait for the next month (default: no ceiling)
      --export <DIR>           copy the files and charts of the served run to this directory
      --reveal <FILE>          with --keyed and --export: ids of users, to replace their pseudonyms in the export
      --keep                   continue with the bucket and the broker's log of the last start
      --keyed                  store pseudonyms in place of the ids of users, orders and sales (env:
                               CARTOGRAPH_KEYED)
      --refuse-personal        reject sales that look like personal data
      --partitions <N>         partitions of the topic (default: 3)
      --rank <N>               length of the factor vectors (default: 64)
      --port <N>               port that serves the charts (default: a free one)
      --api-port <N>           port that serves the API (default: a free one)
      --bootstrap <HOST:PORT>  use this Kafka broker instead of starting one
      --endpoint <URL>         use this AWS API, and its job server, instead of starting them
      --help                   show this help
    "
  `);
});
