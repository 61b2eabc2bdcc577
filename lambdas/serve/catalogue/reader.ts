import { setTimeout as sleep } from 'node:timers/promises';
import { CatalogueProduct } from '../../shared/contract/catalogue.ts';
import {
  BATCHES_PER_MERGED,
  type CatalogueObject,
  inOrder,
  listBatches,
  listCatalogue,
  readLines,
} from '../../shared/platform/catalogue-objects.ts';
import type { Lake } from '../../shared/platform/lake.ts';
import type { Log } from '../../shared/platform/log.ts';
import {
  type Catalogue,
  type CatalogueEntry,
  createEntries,
  emptyCatalogue,
  withProducts,
} from './catalogue.ts';

/** The catalogue cannot be read, and the newest copy is too old for a request that depends on it. */
export class CatalogueUnavailable extends Error {}

export interface CatalogueReader {
  /**
   * Returns the catalogue, at most twice `refreshSeconds` old unless it cannot be read.
   *
   * @throws {CatalogueUnavailable} If it cannot be read, and the newest copy is older than `maxAgeSeconds` or there is none.
   */
  current(): Promise<Catalogue>;
  /** The newest copy, however old it is; undefined before the first one. */
  readonly latest: Catalogue | undefined;
}

export interface CatalogueReaderOptions {
  readonly lake: Lake;
  readonly log: Log;
  /** The clock, epoch ms. */
  readonly nowMs: () => number;
  /** A copy of this age is refreshed. */
  readonly refreshSeconds?: number;
  /** A copy of this age is not used if it cannot be refreshed. */
  readonly maxAgeSeconds: number;
  /** Waits; only tests pass one. */
  readonly wait?: (ms: number) => Promise<unknown>;
}

const REFRESH_SECONDS = 5;
/** Longest time that requests wait for a refresh before they use the copy. */
const PATIENCE_MS = 800;
/** The same while there is no copy yet. */
const FIRST_PATIENCE_MS = 10_000;

/** A bucket that does not answer fails sooner. A slower refresh was frozen with its process between requests: the next try is due. */
const LONGEST_MS = 10_000;
/** A refresh that takes longer will never end: its process may have been frozen in between. */
const STUCK_MS = 30_000;

const pause = (ms: number): Promise<void> => sleep(ms, undefined, { ref: false });

/** A refresh in progress. */
interface Refresh {
  readonly startedMs: number;
  /** Ends with the refresh, or when requests should not wait for it any longer. It never fails. */
  readonly patience: Promise<unknown>;
}

interface Copy {
  readonly catalogue: Catalogue;
  /** When the listing began that it was made of, epoch ms. */
  readonly asOfMs: number;
}

/** Creates a reader that keeps the catalogue in memory. Requests share its refreshes. */
export function createCatalogueReader(options: CatalogueReaderOptions): CatalogueReader {
  const { lake, nowMs, refreshSeconds = REFRESH_SECONDS, maxAgeSeconds, wait = pause } = options;
  const read = createReading(lake);
  let copy: Copy | undefined;
  let failure: { readonly error: unknown; readonly atMs: number } | undefined;
  let running: Refresh | undefined;

  const ageSeconds = (): number => (copy ? (nowMs() - copy.asOfMs) / 1000 : Number.POSITIVE_INFINITY);
  const start = (): Refresh => {
    const startedMs = nowMs();
    const end = read(copy?.catalogue ?? emptyCatalogue).then(
      (catalogue) => {
        if (copy === undefined || startedMs >= copy.asOfMs) copy = { catalogue, asOfMs: startedMs };
        failure = undefined;
      },
      (error: unknown) => {
        failure = { error, atMs: Math.min(nowMs(), startedMs + LONGEST_MS) };
        options.log.warn('The catalogue cannot be read', { error, through: copy?.catalogue.through });
      },
    );
    const patience = Promise.race([end, wait(copy ? PATIENCE_MS : FIRST_PATIENCE_MS)]);
    const refresh = { startedMs, patience };
    void end.then(() => {
      if (running === refresh) running = undefined;
    });
    return refresh;
  };

  return {
    get latest() {
      return copy?.catalogue;
    },
    async current() {
      if (running && nowMs() - running.startedMs > STUCK_MS) running = undefined;
      // After a failure the next try waits, so that a fault of the bucket does not slow down every request.
      const isResting = failure !== undefined && nowMs() - failure.atMs < refreshSeconds * 1000;
      if (ageSeconds() >= refreshSeconds && !isResting) running ??= start();
      if (running && ageSeconds() >= 2 * refreshSeconds) await running.patience;
      if (copy && ageSeconds() < Math.max(maxAgeSeconds, 2 * refreshSeconds)) return copy.catalogue;
      const is = copy
        ? `the newest copy is ${Math.round(ageSeconds())} s old, at most ${maxAgeSeconds} s are allowed`
        : 'there is no copy yet';
      throw new CatalogueUnavailable(`Cannot read the catalogue: ${is}`, { cause: failure?.error });
    },
  };
}

/** Returns a function that reads what is newer than a catalogue. */
function createReading(lake: Lake): (known: Catalogue) => Promise<Catalogue> {
  const toEntry = createEntries();
  const add = async (catalogue: Catalogue, objects: readonly CatalogueObject[], through: number) => {
    const entries = new Map<string, CatalogueEntry>();
    const keys = objects.map(({ key }) => key);
    for await (const { key, first, lines } of readLines(lake, keys))
      for (const [index, line] of lines.entries()) {
        const product = parseLine(line, key, first + index);
        entries.set(product.productId, toEntry(product));
      }
    return withProducts(catalogue, entries, through);
  };
  return async (known) => {
    if (known.through > 0) {
      const batches = await listBatches(lake, known.through);
      const newest = batches.at(-1)?.number;
      if (newest === undefined) return known;
      if (batches.length <= BATCHES_PER_MERGED) return add(known, batches, newest);
    }
    const all = await listCatalogue(lake);
    return all.through === 0 ? known : add(emptyCatalogue, inOrder(all), all.through);
  };
}

/** @throws {TypeError} If the line is not a product; the message names the object, the line and the field. */
function parseLine(line: string, key: string, number: number): CatalogueProduct {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new TypeError(`Cannot read ${key}: line ${number} is not JSON`, { cause });
  }
  const parsed = CatalogueProduct.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new TypeError(`Cannot read ${key}: line ${number}: ${issue?.path.join('.')}: ${issue?.message}`);
}
