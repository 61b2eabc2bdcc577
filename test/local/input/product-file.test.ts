import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import {
  attributeMap,
  type FileProduct,
  type ProductFileOptions,
  readProducts,
} from '../../../local/input/product-file.ts';
import { inputFiles } from './files.ts';

const writeInput = inputFiles();

async function read(
  name: string,
  content: string | Buffer,
  options: ProductFileOptions = {},
): Promise<FileProduct[]> {
  const products: FileProduct[] = [];
  for await (const product of readProducts(writeInput(name, content), options)) products.push(product);
  return products;
}
const values = (products: readonly FileProduct[]) =>
  products.map((product) => ('value' in product ? product.value : product.problem));

test('a CSV file: every column is an attribute, empty cells are absent, and cells are read by their attribute', async () => {
  const products = await read(
    'products.csv',
    'productId;name;price;available;from;until;colour\n' +
      '007;"Lamp; blue";9.50;in stock;2026-03-01;2026-03-02T10:00+01:00;1.50\n' +
      'vase;;£3;no;soon;;\n',
  );
  expect(products).toEqual([
    {
      line: 2,
      value: {
        productId: '007',
        name: 'Lamp; blue',
        price: 9.5,
        available: true,
        from: Date.UTC(2026, 2, 1),
        until: Date.UTC(2026, 2, 2, 9),
        colour: '1.50',
      },
    },
    { line: 3, value: { productId: 'vase', price: '£3', available: false, from: 'soon' } },
  ]);
});

test('columns and fields have the names of the map; those of --without, and those that the map replaces, are not read', async () => {
  const options = { map: attributeMap('productId=sku,name=Title,weightKg=Weight=kg'), without: ['image'] };
  const expected = [{ productId: 'a', name: 'A', weightKg: '2', size: 'L' }];
  expect(
    values(await read('m.csv', 'sku,Title,name,image,size,Weight=kg\na,A,not this,x.png,L,2\n', options)),
  ).toEqual(expected);
  const object = { sku: 'a', Title: 'A', name: 'not this', image: 'x.png', size: 'L', 'Weight=kg': '2' };
  expect(values(await read('m.ndjson', `${JSON.stringify(object)}\n`, options))).toEqual(expected);
});

test('NDJSON and a JSON array, gzipped too: values stay as they are; lines that cannot be read say why', async () => {
  const lines = '{"productId":7,"price":3,"tags":["a"]}\nnot JSON\n"text"\n';
  expect(await read('p.ndjson.gz', gzipSync(lines))).toEqual([
    { line: 1, value: { productId: 7, price: 3, tags: ['a'] } },
    { line: 2, problem: 'it is not JSON: not JSON' },
    { line: 3, value: 'text' },
  ]);
  expect(await read('p.json', '[{"productId":"a"},\n{"productId":"b"}]')).toEqual([
    { line: 1, value: { productId: 'a' } },
    { line: 2, value: { productId: 'b' } },
  ]);
});

test('a row that cannot be read does not affect its neighbours', async () => {
  const content = Buffer.from('productId,name\na,"open\nb,caf\xe9\nc,C\n', 'latin1');
  const [open, cafe, last] = await read('broken.csv', content);
  expect(open).toMatchObject({ line: 2, problem: expect.stringContaining('a quote opens in line 2') });
  expect(cafe).toEqual({ line: 3, problem: 'name: it is not UTF-8' });
  expect(last).toEqual({ line: 4, value: { productId: 'c', name: 'C' } });
  expect(values(await read('cafe.csv', content, { encoding: 'windows-1252' }))[1]).toEqual({
    productId: 'b',
    name: 'café',
  });
});

test.each([
  [
    'p.csv',
    'product_id,name\na,A\n',
    {},
    'it has no column productId; did you mean product_id? Name it with --map.',
  ],
  ['p.csv', 'productId,name\na,A\n', { map: { name: 'Title' } }, 'it has no column Title'],
  ['p.csv', 'productId,name,name\na,A,B\n', {}, 'columns 2 and 3 are both name; rename one of them'],
  ['p.csv', '', {}, 'it is empty, should begin with a header'],
  ['p.parquet', 'PAR1....', {}, 'it is a Parquet file, should be CSV, NDJSON or a JSON array'],
  ['p.json', '[{"productId":"a"}', {}, 'the array does not end'],
])('%s: %j is refused', async (name, content, options, reason) => {
  await expect(read(name, content, options)).rejects.toThrow(reason);
  await expect(read(name, content, options)).rejects.toThrow(/^Cannot read products from /);
});

test('a map without a column is refused', () => {
  for (const text of ['name', 'name=', '=Title', ''])
    expect(() => attributeMap(text)).toThrow(
      /^ATTRIBUTE=COLUMN,… with the attributes productId, name, category/,
    );
});
