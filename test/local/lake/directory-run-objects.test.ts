import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { directoryRunObjects } from '../../../local/lake/directory-run-objects.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cartograph-objects-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test('an object is read again only if it has changed', async () => {
  const objects = directoryRunObjects(directory);
  expect(await objects.readUnless('current.json', undefined)).toBeUndefined();
  writeFileSync(join(directory, 'current.json'), 'first');
  const found = await objects.readUnless('current.json', undefined);
  if (found === undefined || found === 'same') throw new Error('should be read');
  expect(found.text).toBe('first');
  expect(await objects.readUnless('current.json', found.etag)).toBe('same');
  writeFileSync(join(directory, 'current.json'), 'second');
  expect(await objects.readUnless('current.json', found.etag)).toMatchObject({ text: 'second' });
});

test('a range has its bytes, as far as the object has them', async () => {
  const objects = directoryRunObjects(directory);
  writeFileSync(join(directory, 'object'), 'abcdef');
  const text = async (range?: { offset: number; sizeBytes: number }) =>
    Buffer.from((await objects.bytes('object', range)) ?? []).toString();
  expect(await text()).toBe('abcdef');
  expect(await text({ offset: 1, sizeBytes: 3 })).toBe('bcd');
  expect(await text({ offset: 4, sizeBytes: 9 })).toBe('ef');
  expect(await objects.bytes('missing')).toBeUndefined();
});
