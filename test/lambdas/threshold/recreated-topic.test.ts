import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { expect, test } from 'vitest';
import { accumulate } from '../../../lambdas/accumulate/accumulate.ts';
import { manifestKey, windowKey } from '../../../lambdas/shared/contract/keys.ts';
import { Model } from '../../../lambdas/shared/contract/model.ts';
import { Window } from '../../../lambdas/shared/contract/schemas.ts';
import { PLAIN_IDS } from '../../../lambdas/shared/privacy/person-ids.ts';
import { createSaleParser } from '../../../lambdas/shared/sales/sale.ts';
import { Threshold } from '../../../lambdas/threshold/settings.ts';
import { threshold } from '../../../lambdas/threshold/threshold.ts';
import { type MemoryLake, memoryLake } from '../../lake.ts';
import { recordingLog } from '../log.ts';

const HOUR = 3_600_000;
const parseSale = createSaleParser({});

/** Polls records of partition 0, with every third offset a transaction marker and one record that is no sale. */
async function poll(lake: MemoryLake, topic: string, first: number, last: number): Promise<void> {
  const records = Array.from({ length: last - first + 1 }, (_, index) => first + index)
    .filter((offset) => offset % 3 !== 2)
    .map((offset) => ({
      topic: 'sales',
      partition: 0,
      offset,
      timestamp: lake.nowMs + offset,
      value: Buffer.from(
        offset === 4 ? 'nonsense' : JSON.stringify({ userId: `${topic}-${offset}`, productId: 'lamp' }),
      ).toString('base64'),
    }));
  const eventSourceArn = 'arn:aws:kafka:us-east-1:000000000000:cluster/shop/1';
  const event = { eventSource: 'aws:kafka', eventSourceArn, records: { 'sales-0': records } };
  const answer = await accumulate(event, { lake, log: recordingLog(), parseSale, ids: PLAIN_IDS });
  expect(answer).toEqual({ batchItemFailures: [] });
}

test('a topic that is deleted and created again twice: every sale of each is in a window, and each offset range has its name', async () => {
  const lake = memoryLake();
  const settings = Threshold.parse({ threshold: 10, growth: 0 });
  const starts: number[] = [];
  for (const [index, topic] of ['first', 'second', 'third'].entries()) {
    starts.push(lake.nowMs);
    const startMs = lake.nowMs;
    await poll(lake, topic, 0, 9);
    await poll(lake, topic, 10, 30);
    lake.nowMs = startMs + 60_000;
    const parts = { lake, log: recordingLog(), settings, model: Model.parse({}), nowMs: () => lake.nowMs };
    expect(await threshold({ how: 'sweep' }, parts)).toMatchObject({ cut: index + 1 });
    await lake.create(manifestKey(index + 1), '{}', '');
    // A retry of the poller with other boundaries.
    lake.nowMs = startMs;
    await poll(lake, topic, 3, 24);
    lake.nowMs = startMs + 120_000;
    expect(await threshold({ how: 'flush' }, parts)).toMatchObject({ cut: undefined, newInteractions: 0 });
    lake.nowMs = startMs + HOUR;
  }
  const windows = [1, 2, 3].map((number) => Window.parse(JSON.parse(lake.text(windowKey(number)))));
  const users = new Set<unknown>();
  for (const { key } of windows.flatMap(({ batches }) => batches)) {
    const bytes = lake.objects.get(key)?.bytes ?? Buffer.alloc(0);
    const rows = await parquetReadObjects({ file: new Uint8Array(bytes).buffer, compressors });
    for (const { user } of rows) users.add(user);
  }
  const sales = Array.from({ length: 31 }, (_, offset) => offset).filter(
    (offset) => offset % 3 !== 2 && offset !== 4,
  );
  expect(users.size).toBe(3 * sales.length);
  expect(windows.map(({ newInteractions }) => newInteractions)).toEqual([
    sales.length,
    sales.length,
    sales.length,
  ]);
  const paths = Object.entries(windows[2]?.partitions ?? {}).map(([path, { ranges }]) => [
    path.slice('xxxxxxxx/'.length),
    ranges,
  ]);
  expect(paths).toEqual([
    ['sales/000000', [[0, 30]]],
    [`sales/000000@${starts[1]}`, [[0, 30]]],
    [`sales/000000@${starts[2]}`, [[0, 30]]],
  ]);
});
