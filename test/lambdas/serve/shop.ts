import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { createCatalogueReader } from '../../../lambdas/serve/catalogue/reader.ts';
import { createForgotten } from '../../../lambdas/serve/forgotten.ts';
import { loadRun, type RunLoaderOptions } from '../../../lambdas/serve/load-run.ts';
import { createPatientRecent } from '../../../lambdas/serve/patient-recent.ts';
import { createRewritten } from '../../../lambdas/serve/rewritten.ts';
import { createServeRoutes } from '../../../lambdas/serve/routes.ts';
import type { RunObjects } from '../../../lambdas/serve/run-objects.ts';
import { createServedRun } from '../../../lambdas/serve/served-run.ts';
import type { Sources } from '../../../lambdas/serve/sources.ts';
import type { StoredHistory } from '../../../lambdas/shared/contract/answer-model.ts';
import type { ExplorerUser } from '../../../lambdas/shared/contract/explorer.ts';
import { CURRENT_KEY, manifestKey, windowKey } from '../../../lambdas/shared/contract/keys.ts';
import type { Manifest } from '../../../lambdas/shared/contract/schemas.ts';
import type { Authorisation } from '../../../lambdas/shared/http/authorise.ts';
import { operationOf } from '../../../lambdas/shared/http/match.ts';
import { createRouter } from '../../../lambdas/shared/http/router.ts';
import { createLog } from '../../../lambdas/shared/platform/log.ts';
import type { RecentSale } from '../../../lambdas/shared/platform/recent.ts';
import { type PersonIds, PLAIN_IDS } from '../../../lambdas/shared/privacy/person-ids.ts';
import manifest from '../../fixtures/manifest.json' with { type: 'json' };
import { type MemoryLake, memoryLake } from '../../lake.ts';
import { checkReply } from '../shared/contract/api/document.ts';
import { type EventOptions, httpEvent } from '../shared/http/events.ts';
import { KEY } from '../tombstones.ts';
import { type FakeRun, fakeEngine } from './fake-engine.ts';

export const AS_OF_MS = Date.UTC(2026, 5, 30);

/** The objects of a memory lake, as serve reads them. */
export function memoryObjects(lake: MemoryLake): RunObjects {
  return {
    async readUnless(key, etag) {
      const found = await lake.read(key);
      return found && found.etag === etag ? 'same' : found;
    },
    async bytes(key) {
      lake.fault('read', key);
      const stored = lake.objects.get(key)?.bytes;
      await new Promise((resolve) => setImmediate(resolve));
      return stored;
    },
    async part(key, { offset, sizeBytes }, etag) {
      lake.fault('read', key);
      const stored = lake.objects.get(key)?.bytes;
      await new Promise((resolve) => setImmediate(resolve));
      if (!stored) return undefined;
      const found = createHash('md5').update(stored).digest('hex');
      if (found !== (etag ?? found) || offset >= stored.length) return 'changed';
      return { bytes: stored.subarray(offset, offset + sizeBytes), etag: found };
    },
  };
}

/** Makes a stored history of purchases, one basket a day before the run for each product number. */
export const storedOf = (...products: number[]): StoredHistory => ({
  product: products,
  atMs: products.map((_, line) => AS_OF_MS - (products.length - line) * 86_400_000),
  basket: products.map((_, line) => line),
  quantity: products.map(() => 1),
  price: products.map(() => null),
  weight: products.map(() => 1),
  orders: products.map(() => 0),
});

/** The entry of a user in the explorer: what was bought, and as lists the products that the run has first. */
function explorerRow(products: readonly string[], { product, atMs }: StoredHistory): ExplorerUser {
  const bought = product.map((number, line) => ({
    product: products[number] ?? '',
    times: 1,
    lastMs: atMs[line] ?? 0,
  }));
  const because = bought.slice(0, 1).map((line) => ({ product: line.product, share: 1 }));
  const listed = products.map((id) => ({ product: id, because }));
  return {
    products: bought.length,
    history: bought.toReversed(),
    any: listed.slice(0, 2),
    new: listed.filter((_, number) => !product.includes(number)).slice(0, 1),
  };
}

/** Writes the files of a run; histories, and users in the explorer, are in one block. */
export function writeRun(
  lake: MemoryLake,
  { run, products, asOfMs }: FakeRun,
  histories: Readonly<Record<string, StoredHistory>>,
  tombstones: Manifest['inputs']['tombstones'] = null,
): void {
  const put = (key: string, body: string | Uint8Array) =>
    lake.objects.set(key, { bytes: Buffer.from(body), storedAtMs: lake.nowMs });
  const rows = Object.entries(histories).sort(([a], [b]) => (a < b ? -1 : 1));
  const block = gzipSync(JSON.stringify({ names: [], rows }));
  const entries = gzipSync(
    JSON.stringify({
      names: products.map((id) => [id, `${id} lamp`]),
      rows: rows.map(([user, history]) => [user, explorerRow(products, history)]),
    }),
  );
  const names = [
    'model/answer.json',
    'model/answer.safetensors',
    'model/histories-00000.json.gz',
    'explorer/index.json',
    'explorer/users-00000.json.gz',
  ];
  const tableOf = (file: string, { length }: Uint8Array) =>
    rows.length === 0 ? [] : [{ file, from: [rows[0]?.[0]], sizes: [length] }];
  const keyOf = (name: string) => `runs/${run}/1/${name}`;
  put(
    keyOf('model/answer.json'),
    JSON.stringify({
      run,
      products,
      asOfMs,
      histories: tableOf('model/histories-00000.json.gz', block),
    }),
  );
  put(
    keyOf('explorer/index.json'),
    JSON.stringify({
      run,
      users: tableOf('explorer/users-00000.json.gz', entries),
      products: [],
      names: [],
      picks: { users: [], products: [] },
    }),
  );
  put(keyOf('explorer/users-00000.json.gz'), entries);
  put(keyOf('model/answer.safetensors'), '');
  put(keyOf('model/histories-00000.json.gz'), block);
  put(windowKey(run), JSON.stringify({ cutAtMs: asOfMs }));
  put(
    manifestKey(run),
    JSON.stringify({
      ...manifest,
      run,
      attempt: 1,
      asOfMs,
      inputs: { ...manifest.inputs, offsets: { '0a1b2c3d/sales/000000': [[0, 99]] }, tombstones },
      files: names.map((name) => ({ name, key: keyOf(name), sizeBytes: 1, rows: 1, sha256: '0'.repeat(64) })),
    }),
  );
}

/** Publishes a run: from then on `current.json` names it. */
export function publishRun(lake: MemoryLake, run: number | null): void {
  const current = { publication: 1, run, previous: null, decidedThrough: run ?? 1 };
  lake.objects.set(CURRENT_KEY, { bytes: Buffer.from(JSON.stringify(current)), storedAtMs: lake.nowMs });
}

/** Reads `model/answer.json` as `writeRun` writes it. */
export function fakeLoaded(document: unknown) {
  const { histories, ...run } = document as FakeRun & {
    histories: { file: string; from: string[]; sizes: number[] }[];
  };
  return { engine: fakeEngine(run), histories };
}

export const LAMPS = ['desk', 'floor', 'wall', 'a/b', '🦆', '__proto__'];

export interface ShopOptions {
  /** Whether run 1 is written and published. */
  readonly hasRun?: boolean;
  readonly authorisation?: Authorisation;
  /** How model files become an engine; by default they are those of `writeRun`. */
  readonly createEngine?: RunLoaderOptions['createEngine'];
  /** How ids are stored; plain by default. The keys of histories and of recent sales are stored ids. */
  readonly persons?: PersonIds;
  /** Replaces those of the shop. */
  readonly sources?: Sources;
  readonly recent?: (user: string, signal?: AbortSignal) => Promise<readonly RecentSale[]>;
}

/** A shop with everything that serve reads, in memory. Ann bought a desk lamp that the run knows. */
export function openShop({
  hasRun = true,
  authorisation = { auth: 'none' },
  persons = PLAIN_IDS,
  ...options
}: ShopOptions = {}) {
  const lake = memoryLake();
  const clock = { nowMs: AS_OF_MS };
  const lines: string[] = [];
  const log = createLog('serve', { functionName: 'fn' }, (line) => lines.push(line));
  const objects = memoryObjects(lake);
  const nowMs = () => clock.nowMs;
  const sales = new Map<string, RecentSale[]>();
  const wait = () => new Promise<never>(() => undefined);
  const forgotten = createForgotten({ lake, key: async () => KEY, log, nowMs, wait });
  const sources: Sources = options.sources ?? {
    served: createServedRun({
      objects,
      load: (run) => loadRun(run, { objects, createEngine: options.createEngine ?? fakeLoaded, nowMs }),
      isRewritten: createRewritten({ objects, forgotten, nowMs }),
      log,
      nowMs,
    }),
    recent: createPatientRecent({
      recent: { ofUser: options.recent ?? (async (user) => sales.get(user) ?? []) },
      log,
      nowMs,
    }),
    catalogue: createCatalogueReader({ lake, log, nowMs, maxAgeSeconds: 300, wait }),
    forgotten,
    persons: async () => persons,
    log,
    nowMs,
  };
  if (hasRun) {
    const histories = { [persons.stored('ann')]: storedOf(0), [persons.stored('bob')]: storedOf(1, 2) };
    writeRun(lake, { run: 1, products: LAMPS, asOfMs: AS_OF_MS }, histories);
    publishRun(lake, 1);
  }
  const router = createRouter(createServeRoutes(sources, authorisation.auth));
  const ask = async (options: EventOptions | string) => {
    const event = httpEvent(typeof options === 'string' ? { url: options } : options);
    const result = await router(event, { log, authorisation });
    const operation = operationOf(event.routeKey);
    const { statusCode: status, headers, body } = result;
    if (operation && event.requestContext.http.method !== 'HEAD')
      checkReply(operation, { status, headers, body });
    return { ...result, json: result.body === '' ? undefined : JSON.parse(result.body) };
  };
  /** Adds a sale to the recent ones, at an offset that run 1 has not read. */
  const remember = (user: string, product: string, sale: Partial<RecentSale> = {}) => {
    const all = sales.get(user) ?? [];
    sales.set(user, all);
    all.push({
      product,
      quantity: 1,
      atMs: clock.nowMs,
      type: 'purchase',
      address: {
        source: '0a1b2c3d',
        topic: 'sales',
        partition: 0,
        offset: 100 + all.length,
        kafkaMs: clock.nowMs,
      },
      ...sale,
    });
  };
  return { lake, clock, lines, sources, router, ask, remember, sales };
}
