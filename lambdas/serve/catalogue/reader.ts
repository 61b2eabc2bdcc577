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
/** How long requests wait for a refresh before they use the copy. */
const PATIENCE_MS = 800;
/** The same while there is no copy yet. */
const FIRST_PATIENCE_MS = 10_000;

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
        failure = { error, atMs: nowMs() };
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

const MOST_READS_AT_ONCE = 8;

/** Returns a function that reads what is newer than a catalogue. */
function createReading(lake: Lake): (known: Catalogue) => Promise<Catalogue> {
  const toEntry = createEntries();
  const add = async (catalogue: Catalogue, objects: readonly CatalogueObject[], through: number) => {
    const products = new Map<string, CatalogueEntry>();
    for (let at = 0; at < objects.length; at += MOST_READS_AT_ONCE) {
      // Read together, applied in order.
      const texts = objects.slice(at, at + MOST_READS_AT_ONCE).map(({ key }) => readProducts(lake, key));
      for (const read of await Promise.all(texts))
        for (const product of read) products.set(product.productId, toEntry(product));
    }
    return withProducts(catalogue, products, through);
  };
  return async (known) => {
    const batches = known.through === 0 ? [] : await listBatches(lake, known.through);
    if (known.through > 0 && batches.length === 0) return known;
    if (known.through > 0 && batches.length <= BATCHES_PER_MERGED)
      return add(known, batches, batches.at(-1)?.number ?? known.through);
    const all = await listCatalogue(lake);
    return all.through === 0 ? known : add(emptyCatalogue, inOrder(all), all.through);
  };
}

/**
 * Reads the products of an object.
 *
 * @throws {TypeError} If a line is not a product; the message names the object, the line and the field.
 */
async function readProducts(lake: Lake, key: string): Promise<CatalogueProduct[]> {
  const products: CatalogueProduct[] = [];
  for await (const lines of readLines(lake, key))
    for (const line of lines) {
      const parsed = CatalogueProduct.safeParse(parseLine(line));
      if (parsed.success) products.push(parsed.data);
      else {
        const { path, message } = parsed.error.issues[0] ?? { path: [], message: '' };
        throw new TypeError(
          `Cannot read ${key}: product ${products.length + 1}: ${path.join('.')}: ${message}`,
        );
      }
    }
  return products;
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
