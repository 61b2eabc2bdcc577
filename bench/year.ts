import {
  interactionsKey,
  manifestKey,
  PREFIX,
  partitionPath,
  windowKey,
} from '../lambdas/shared/contract/keys.ts';
import { Model } from '../lambdas/shared/contract/model.ts';
import { grouped } from '../lambdas/shared/contract/numbers.ts';
import { PRICES } from '../lambdas/shared/contract/prices.ts';
import { Window } from '../lambdas/shared/contract/schemas.ts';
import { type Lake, type Listed, parseJson, toJson } from '../lambdas/shared/platform/lake.ts';
import { createLog } from '../lambdas/shared/platform/log.ts';
import { decide, type UncutBatch } from '../lambdas/threshold/decide.ts';
import { Threshold } from '../lambdas/threshold/settings.ts';
import { type Look, threshold } from '../lambdas/threshold/threshold.ts';
import type { Benchmark, Figure } from './benchmark.ts';

const PARTITIONS = 100;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const START_MS = Date.UTC(2026, 0, 1);
const SALES_PER_BATCH = 3;
const PAGE = 1000;
/** Size of a batch's entry in a window. */
const BYTES_PER_BATCH = 170;
const JSON_TYPE = 'application/json';
/** Days on which looks are made and measured; their requests stand for those of all days. */
const MEASURED_DAYS = [30, 365] as const;
/** Days before a measured one whose batches are really listed and cut. Earlier windows hold one batch a partition. */
const EXACT_DAYS = 8;
/** Looks of each kind in a day, with the default settings. */
const PER_DAY = { event: 1440, sweep: 288, full: 1 } as const;

interface Requests {
  lists: number;
  reads: number;
}

/**
 * A bucket of a year: every minute a batch of each partition. Batches are computed when they are listed, because there are
 * 52 million; only windows are stored.
 */
function yearLake(): Lake & { nowMs: number; readonly requests: Requests } {
  const objects = new Map<string, { readonly text: string; readonly storedAtMs: number }>();
  const requests: Requests = { lists: 0, reads: 0 };
  const lake = {
    nowMs: START_MS,
    requests,
    async create(key: string, body: string | Uint8Array) {
      if (objects.has(key)) return false;
      objects.set(key, { text: String(body), storedAtMs: lake.nowMs });
      return true;
    },
    async replace() {
      return false;
    },
    async read(key: string) {
      requests.reads++;
      const object = objects.get(key);
      return object && { text: object.text, etag: key };
    },
    async *list(prefix: string, after = ''): AsyncIterable<Listed> {
      requests.lists++;
      let keys = 0;
      for (const object of prefix.startsWith(PREFIX.interactions) ? batches(prefix, after) : stored(prefix)) {
        if (keys > 0 && keys % PAGE === 0) requests.lists++;
        keys++;
        yield object;
      }
    },
    async folders(prefix: string) {
      requests.lists++;
      const depth = prefix.split('/').length - 2;
      if (depth === 0) return [`${prefix}0a1b2c3d/`];
      if (depth === 1) return [`${prefix}sales/`];
      return Array.from({ length: PARTITIONS }, (_, partition) => prefixOf(partition));
    },
  };
  function* stored(prefix: string): Iterable<Listed> {
    for (const [key, { text, storedAtMs }] of objects)
      if (key.startsWith(prefix))
        yield { key, sizeBytes: Math.max(text.length, leastBytes(key)), storedAtMs };
  }
  function* batches(prefix: string, after: string): Iterable<Listed> {
    const partition = Number(prefix.split('/')[3]);
    const minutes = Math.floor((lake.nowMs - START_MS) / MINUTE);
    const offset = after === '' ? -1 : Number(after.slice(prefix.length, prefix.length + 20));
    for (let minute = Math.floor(offset / SALES_PER_BATCH) + 1; minute < minutes; minute++)
      yield {
        key: batchKey(partition, minute),
        sizeBytes: 1600,
        storedAtMs: START_MS + (minute + 1) * MINUTE,
      };
  }
  return lake;
}

/** A window has an entry for each batch of a day, also if the simulation made it with fewer. */
const leastBytes = (key: string): number =>
  key.startsWith(PREFIX.windows) ? (PARTITIONS * DAY * BYTES_PER_BATCH) / MINUTE : 0;

const prefixOf = (partition: number): string =>
  `${PREFIX.interactions}${partitionPath({ source: '0a1b2c3d', topic: 'sales', partition })}/`;

const batchKey = (partition: number, minute: number): string =>
  interactionsKey({
    source: '0a1b2c3d',
    topic: 'sales',
    partition,
    first: minute * SALES_PER_BATCH,
    last: (minute + 1) * SALES_PER_BATCH - 1,
    count: SALES_PER_BATCH,
    firstMs: START_MS + minute * MINUTE,
  });

export const year: Benchmark = {
  title: `threshold in a simulated year: ${PARTITIONS} partitions, a batch of each every minute, a window a day`,
  async run(report) {
    const lake = yearLake();
    const parts = {
      lake,
      log: createLog('threshold', {}, () => undefined),
      // Every look is measured, so none of them may cut a window.
      settings: Threshold.parse({ maxWaitSeconds: 23 * 3600, growth: 10 }),
      model: Model.parse({}),
      nowMs: () => lake.nowMs,
    };
    const figures: Figure[] = [];
    let yearUsd = 0;
    let last: Window | undefined;
    const total: Requests = { lists: 0, reads: 0 };
    for (let day = 1; day <= 365; day++) {
      // One window is cut at the end of each day; looks are measured at noon, when half a day waits.
      if (MEASURED_DAYS.some((measured) => measured === day)) {
        lake.nowMs = START_MS + (day - 0.5) * DAY;
        const measured = await measureDay(lake, (look) => threshold(look, parts));
        report(`day ${day}: ${describe(measured)}`);
        figures.push({
          subject: `threshold on day ${day}, ${PARTITIONS} partitions`,
          measured: describe(measured),
        });
        yearUsd += (usdOf(measured) * 365) / MEASURED_DAYS.length;
        total.lists += (measured.lists * 365) / MEASURED_DAYS.length;
        total.reads += (measured.reads * 365) / MEASURED_DAYS.length;
      }
      lake.nowMs = START_MS + day * DAY;
      const isExact = MEASURED_DAYS.some((measured) => day < measured && day >= measured - EXACT_DAYS);
      last = isExact
        ? await cutExactly(lake, day, () => threshold({ how: 'sweep' }, parts))
        : cutRoughly(last, day);
      await lake.create(windowKey(day), toJson(last), JSON_TYPE);
      await lake.create(manifestKey(day), '{}', JSON_TYPE);
    }
    figures.push({
      subject: '… in the whole year',
      measured: `${grouped(Math.round(total.lists))} LIST, ${grouped(Math.round(total.reads))} GET, $${yearUsd.toFixed(0)}`,
    });
    return figures;
  },
};

/** Cuts the window of a day as threshold does. */
async function cutExactly(lake: Lake, day: number, sweep: () => Promise<unknown>): Promise<Window> {
  await sweep();
  const object = await lake.read(windowKey(day));
  if (!object) throw new Error(`Cannot simulate: window ${day} was not cut`);
  return parseJson(object.text, windowKey(day), Window);
}

/** Makes the window of a day with one batch for each partition, because to list them all would take long. */
function cutRoughly(last: Window | undefined, day: number): Window {
  const minutes = DAY / MINUTE;
  const uncut = Array.from({ length: PARTITIONS }, (_, partition): UncutBatch => {
    const name = {
      ...{ source: '0a1b2c3d', topic: 'sales', partition, count: minutes * SALES_PER_BATCH },
      first: (day - 1) * minutes * SALES_PER_BATCH,
      last: day * minutes * SALES_PER_BATCH - 1,
      firstMs: START_MS + (day - 1) * DAY,
    };
    return { key: interactionsKey(name), name, sizeBytes: 1600, storedAtMs: START_MS + day * DAY };
  });
  const situation = { last: { number: day - 1, window: last }, inFlight: false, uncut, flush: true };
  const { cut } = decide({ ...situation, nowMs: START_MS + day * DAY }, Threshold.parse({}), Model.parse({}));
  if (!cut) throw new Error(`Cannot simulate: window ${day} was not cut`);
  return cut;
}

interface Day extends Requests {
  /** Duration of one look of each kind. */
  readonly seconds: Readonly<Record<keyof typeof PER_DAY, number>>;
}

/** Makes one look of each kind, and multiplies its requests by the number of such looks in a day. */
async function measureDay(
  lake: ReturnType<typeof yearLake>,
  lookAt: (look: Look) => Promise<unknown>,
): Promise<Day> {
  const minute = Math.floor((lake.nowMs - START_MS) / MINUTE) - 1;
  const keys = Array.from({ length: PARTITIONS }, (_, partition) => batchKey(partition, minute));
  const looks = { event: { how: 'event', keys }, sweep: { how: 'sweep' }, full: { how: 'full' } } as const;
  const day = { lists: 0, reads: 0, seconds: { event: 0, sweep: 0, full: 0 } };
  for (const kind of ['event', 'sweep', 'full'] as const) {
    const before = { ...lake.requests };
    const startMs = performance.now();
    await lookAt(looks[kind]);
    day.seconds[kind] = (performance.now() - startMs) / 1000;
    day.lists += (lake.requests.lists - before.lists) * PER_DAY[kind];
    day.reads += (lake.requests.reads - before.reads) * PER_DAY[kind];
  }
  return day;
}

const usdOf = ({ lists, reads }: Requests): number => {
  const { s3Put, s3Get } = PRICES['us-east-1'];
  return lists * s3Put.usd + reads * s3Get.usd;
};

const describe = (day: Day): string => {
  const { event, sweep, full } = day.seconds;
  const seconds = [event, sweep, full].map((value) => value.toFixed(1)).join(' / ');
  return `${grouped(day.lists)} LIST, ${grouped(day.reads)} GET, $${usdOf(day).toFixed(2)} a day; event / sweep / full sweep ${seconds} s without S3`;
};
