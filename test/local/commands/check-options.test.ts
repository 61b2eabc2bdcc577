import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { checkOptions } from '../../../local/commands/check-options.ts';

const directory = mkdtempSync(join(tmpdir(), 'cartograph-check-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const file = (name: string): string => join(directory, name);

test('an input file that is missing, or lacks a column, is refused before anything starts', async () => {
  await expect(checkOptions({ input: file('none.csv') })).rejects.toThrow('there is no such file');
  writeFileSync(file('sales.csv'), 'customer,productId\nu1,p1\n');
  await expect(checkOptions({ input: file('sales.csv') })).rejects.toThrow('it has no column userId');
  const options = { input: file('sales.csv'), map: { userId: 'customer' } };
  expect(await checkOptions(options)).toEqual(options);
});

test('an export that cannot be written is refused; otherwise its directory is created', async () => {
  writeFileSync(file('taken'), '');
  await expect(checkOptions({ export: file('taken/out') })).rejects.toThrow(
    `Cannot export to ${file('taken/out')}: `,
  );
  await checkOptions({ export: file('new/out') });
  expect(existsSync(file('new/out'))).toBe(true);
});

test('a port that is in use is refused, a free one is not', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await expect(checkOptions({ port })).rejects.toThrow(`Cannot serve the charts at --port ${port}: `);
  server.close();
  await once(server, 'close');
  expect(await checkOptions({ port })).toEqual({ port });
});

test('sales that look personal are among those that will be rejected, if the pipeline refuses them', async () => {
  writeFileSync(file('personal.csv'), 'userId,productId\nann@example.com,p1\nu2,p1\n');
  const linesWith = async (options: object): Promise<string[]> => {
    const lines: string[] = [];
    await checkOptions({ input: file('personal.csv'), ...options }, (line) => lines.push(line));
    return lines.slice(1);
  };
  expect(await linesWith({})).toEqual([]);
  expect(await linesWith({ keyed: true, refusePersonal: true })).toEqual([]);
  expect(await linesWith({ refusePersonal: true })).toEqual([
    '  1 will be rejected, such as line 2: userId: looks like an e-mail address, should be without personal data',
  ]);
});
