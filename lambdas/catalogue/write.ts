import type { CatalogueProduct } from '../shared/contract/catalogue.ts';
import { catalogueKey } from '../shared/contract/keys.ts';
import { type CatalogueObjects, listBatches, listCatalogue } from '../shared/platform/catalogue-objects.ts';
import type { Lake } from '../shared/platform/lake.ts';
import type { Log } from '../shared/platform/log.ts';
import { compact, NDJSON } from './compact.ts';

/** Of so many writers at the same moment, each writes its batch in the end. */
const MOST_TRIES = 100;

/**
 * Appends products to the catalogue as one batch, and compacts the catalogue if that is due.
 *
 * Writers at the same time get different numbers: a batch is written only if no other has its number. A batch exists when this
 * returns, whatever becomes of the compaction.
 *
 * @param products In any order; of several with the same id, the last one counts. There is at least one.
 * @returns The number of the batch.
 * @throws {Error} If the bucket fails, or other writers were faster each time.
 */
export async function appendProducts(
  products: readonly CatalogueProduct[],
  { lake, log }: { readonly lake: Lake; readonly log: Log },
): Promise<number> {
  const byId = new Map(products.map((product) => [product.productId, JSON.stringify(product)]));
  const body = Buffer.from(`${[...byId.values()].join('\n')}\n`);
  let objects = await listCatalogue(lake);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const number = objects.through + 1;
    const key = catalogueKey('batches', number);
    const isWritten = await lake.create(key, body, NDJSON);
    if (isWritten) {
      log.info(`Stored ${byId.size} products`, { object: key, products: byId.size, sizeBytes: body.length });
      log.measure({ ProductsStored: byId.size });
      await compactOrLog(withBatches(objects, [{ number, key, sizeBytes: body.length }]), { lake, log });
      return number;
    }
    objects = withBatches(objects, await listBatches(lake, objects.through));
  }
  throw new Error(
    `Cannot store ${byId.size} products: other writers took the next number ${MOST_TRIES} times; try again`,
  );
}

const withBatches = (objects: CatalogueObjects, batches: CatalogueObjects['batches']): CatalogueObjects => ({
  ...objects,
  through: batches.at(-1)?.number ?? objects.through,
  batches: [...objects.batches, ...batches],
});

/** Readers do without a compaction that fails, and the next batch tries it again. */
async function compactOrLog(
  objects: CatalogueObjects,
  { lake, log }: { readonly lake: Lake; readonly log: Log },
): Promise<void> {
  try {
    const key = await compact(lake, objects);
    if (key !== undefined) log.info('Compacted the catalogue', { object: key });
  } catch (error) {
    log.error('The catalogue cannot be compacted; the next batch tries again', { error });
  }
}
