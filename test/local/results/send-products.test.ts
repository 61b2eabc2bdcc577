import { expect, test } from 'vitest';
import { storeProducts } from '../../../lambdas/catalogue/store.ts';
import { createCatalogueReader } from '../../../lambdas/serve/catalogue/reader.ts';
import type { FileProduct } from '../../../local/input/product-file.ts';
import { describeSent, sendProducts } from '../../../local/results/send-products.ts';
import { memoryLake } from '../../lake.ts';
import { recordingLog } from '../../lambdas/log.ts';

async function* fileOf(values: Iterable<unknown>): AsyncGenerator<FileProduct> {
  let line = 1;
  for (const value of values) {
    line += 1;
    yield { line, value };
  }
}

function open() {
  const lake = memoryLake();
  const log = recordingLog();
  const sizes: number[] = [];
  const send = (products: readonly unknown[]) => {
    sizes.push(products.length);
    return storeProducts(products, { lake, log });
  };
  const read = () => createCatalogueReader({ lake, log, nowMs: () => 0, maxAgeSeconds: 60 }).current();
  return { lake, sizes, send, read };
}

test('a hundred thousand products are stored in a hundred requests, and a reader has them all', async () => {
  const { send, sizes, read, lake } = open();
  const count = 100_000;
  const values = Array.from({ length: count }, (_, index) => ({
    productId: `p${String(index).padStart(6, '0')}`,
    name: `Product number ${index} of a large shop`,
    category: `Department ${index % 20} > Shelf ${index % 400}`,
    price: (index % 10_000) / 100,
    available: index % 10 !== 0,
  }));
  expect(await sendProducts(fileOf(values), { send })).toEqual({ stored: count, refused: [] });
  expect(sizes).toEqual(Array.from({ length: 100 }, () => 1000));
  const catalogue = await read();
  expect(catalogue.through).toBe(100);
  expect(catalogue.get('p099999')).toMatchObject({ price: 99.99, available: true });
  expect(lake.keys('catalogue/snapshots/').length).toBeGreaterThan(0);
}, 60_000);

test('rows that are not products are not sent; they are counted by field, with the line of the first', async () => {
  const { send, sizes } = open();
  async function* rows(): AsyncGenerator<FileProduct> {
    yield { line: 2, value: { productId: 'a' } };
    yield { line: 3, value: { productId: 'b', price: 'free' } };
    yield { line: 4, problem: 'it is not UTF-8' };
    yield { line: 5, value: { productId: 'c', price: -1 } };
    yield { line: 6, value: { productId: 'd' } };
  }
  const sent = await sendProducts(rows(), { send });
  expect(sizes).toEqual([2]);
  expect(describeSent(sent, { path: 'p.csv', form: 'CSV, separated by commas' })).toEqual([
    'p.csv is CSV, separated by commas: 2 products stored, 3 refused',
    '  2 refused, such as line 3: price: is "free", should be a finite number of at least 0',
    '  1 refused, such as line 4: it is not UTF-8',
  ]);
});

test('large products make smaller requests, and what the stage refuses is reported by its line', async () => {
  const sizes: number[] = [];
  const values = Array.from({ length: 60 }, (_, index) => ({
    productId: `p${index}`,
    ...Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`text${at}`, 'x'.repeat(1000)])),
  }));
  const sent = await sendProducts(fileOf(values), {
    send: async (products) => {
      sizes.push(products.length);
      const refusal = { accepted: false, reason: 'price: is 1, should be another' } as const;
      return { accepted: 0, refused: products.length, products: products.map(() => refusal) };
    },
  });
  expect(sizes).toEqual([25, 25, 10]);
  expect(sent).toEqual({
    stored: 0,
    refused: [{ field: 'price', count: 60, line: 2, reason: 'price: is 1, should be another' }],
  });
});

test('if a request fails, the message says what is stored', async () => {
  const { send } = open();
  let requests = 0;
  const failing = sendProducts(
    fileOf(Array.from({ length: 1500 }, (_, index) => ({ productId: `p${index}` }))),
    {
      send: async (products) => {
        requests += 1;
        if (requests === 2) throw new Error('no network');
        return send(products);
      },
    },
  );
  await expect(failing).rejects.toThrow(
    'Cannot store the products from line 1002 on: no network; 1,000 products before them are stored. To send the file again is harmless',
  );
});
