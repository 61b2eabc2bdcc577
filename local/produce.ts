import { json } from './broken.ts';
import { command } from './command.ts';
import { readEndpoints } from './endpoints.ts';
import { DEFAULT_SEED, helpText, PRODUCE_OPTIONS, parseOptions } from './options.ts';
import { countRecords, produceRecords } from './produce-records.ts';
import { replay } from './replay.ts';
import { plantShop } from './shop.ts';
import { type OutgoingRecord, SIMULATION_END_MS, simulate } from './simulate.ts';

const DAY_MS = 86_400_000;
/** How much later than the simulated ones each further record is. */
const STEP_MS = 1_000;

await command(async (args) => {
  const options = parseOptions(PRODUCE_OPTIONS, args);
  if (options.help)
    return console.log(helpText('npm run produce: more sales for the running pipeline', PRODUCE_OPTIONS));
  if ((options.user === undefined) !== (options.product === undefined))
    throw new Error('--user and --product go together');
  if (options.map && options.input === undefined) throw new Error('--map needs --input');
  const endpoints = readEndpoints();
  const before = await countRecords(endpoints);
  const sent = await produceRecords(endpoints, recordsOf(options, before));
  console.log(`Sent ${sent.toLocaleString('en-US')} records to ${endpoints.topic} at ${endpoints.bootstrap}`);
});

function recordsOf(
  options: ReturnType<typeof parseOptions<typeof PRODUCE_OPTIONS>>,
  before: number,
): Iterable<OutgoingRecord> | AsyncIterable<OutgoingRecord> {
  const {
    user,
    product,
    quantity = 1,
    times = 1,
    input,
    map = {},
    count = 1000,
    seed = DEFAULT_SEED,
  } = options;
  if (input !== undefined) return replay(input, map);
  const startMs = SIMULATION_END_MS + before * STEP_MS;
  if (user === undefined || product === undefined)
    return simulate({
      shop: plantShop(seed),
      seed: seed + before,
      count,
      endMs: startMs + count * STEP_MS,
      days: (count * STEP_MS) / DAY_MS,
    });
  return Array.from({ length: times }, (_, index): OutgoingRecord => {
    const timestampMs = startMs + index * STEP_MS;
    const sale = {
      userId: user,
      productId: product,
      quantity,
      timestamp: new Date(timestampMs).toISOString(),
    };
    return { key: user, value: json(sale), timestampMs };
  });
}
