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

test('a range has its bytes, as far as the object has them, and says of which version', async () => {
  const objects = directoryRunObjects(directory);
  writeFileSync(join(directory, 'object'), 'abcdef');
  const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();
  expect(text(await objects.bytes('object'))).toBe('abcdef');
  const part = async (offset: number, sizeBytes: number, etag?: string) => {
    const found = await objects.part('object', { offset, sizeBytes }, etag);
    if (!found || found === 'changed') throw new Error('should be read');
    return { text: text(found.bytes), etag: found.etag };
  };
  const { etag, ...found } = await part(1, 3);
  expect(found.text).toBe('bcd');
  expect((await part(4, 9, etag)).text).toBe('ef');
  writeFileSync(join(directory, 'object'), 'abcdefg');
  expect(await objects.part('object', { offset: 4, sizeBytes: 9 }, etag)).toBe('changed');
  expect(await objects.bytes('missing')).toBeUndefined();
  expect(await objects.part('missing', { offset: 0, sizeBytes: 1 })).toBeUndefined();
});
