import { json } from './broken.ts';
import { callerPath } from './caller-path.ts';
import { command } from './command.ts';
import { readEndpoints } from './endpoints.ts';
import {
  DEFAULT_SEED,
  helpText,
  PRODUCE_OPTIONS,
  type ProduceOptions,
  parseProduceOptions,
} from './options.ts';
import { countRecords, produceRecords } from './produce-records.ts';
import { replay } from './replay.ts';
import { type OutgoingRecord, SIMULATION_END_MS, STEP_MS, simulationFrom } from './simulate.ts';

const DEFAULT_COUNT = 1_000;

/** `npm run produce`: more sales on the topic of the running pipeline. */
await command(async (args) => {
  const options = parseProduceOptions(args);
  if (options.help)
    return console.log(helpText('npm run produce: more sales for the running pipeline', PRODUCE_OPTIONS));
  const endpoints = readEndpoints();
  const before = await countRecords(endpoints);
  const sent = await produceRecords(endpoints, recordsOf(options, before));
  console.log(`Sent ${sent.toLocaleString('en-US')} records to ${endpoints.topic} at ${endpoints.bootstrap}`);
});

function recordsOf(
  options: ProduceOptions,
  before: number,
): Iterable<OutgoingRecord> | AsyncIterable<OutgoingRecord> {
  const { user, product, input, map = {}, count = DEFAULT_COUNT, seed = DEFAULT_SEED } = options;
  if (input !== undefined) return replay(callerPath(input), map);
  if (user === undefined || product === undefined) return simulationFrom({ seed, count, before });
  const { quantity = 1, times = 1 } = options;
  return Array.from({ length: times }, (_, index): OutgoingRecord => {
    const timestampMs = SIMULATION_END_MS + (before + index) * STEP_MS;
    const sale = {
      userId: user,
      productId: product,
      quantity,
      timestamp: new Date(timestampMs).toISOString(),
    };
    return { key: user, value: json(sale), timestampMs };
  });
}
