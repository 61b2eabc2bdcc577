import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startTimeOf } from '../../../local/process/process-lock.mjs';
import { type Endpoints, findEndpoints } from '../../../local/stack/endpoints.ts';

const directory = mkdtempSync(join(tmpdir(), 'cartograph-endpoints-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const file = join(directory, 'endpoints.json');

const endpoints: Endpoints = {
  pid: process.ppid,
  startTime: startTimeOf(process.ppid) ?? '',
  endpoint: 'http://127.0.0.1:4566',
  bootstrap: '127.0.0.1:9092',
  topic: 'sales',
  groupId: 'accumulate',
  bucket: 'lake',
  pagesUrl: 'http://127.0.0.1:8080/',
  functions: { accumulate: 'a', threshold: 't', train: 'n', render: 'r', publish: 'p' },
};
function found(content: unknown): Endpoints | undefined {
  writeFileSync(file, JSON.stringify(content));
  return findEndpoints(file);
}

test('a pipeline is found while the process that wrote the file runs', () => {
  expect(found(endpoints)).toEqual(endpoints);
  expect(found({ ...endpoints, startTime: 'earlier' })).toBeUndefined();
  expect(found({ ...endpoints, pid: 2 ** 22 + 1 })).toBeUndefined();
});

test('a file that names the id of this very process does not count as a running pipeline', () => {
  const startTime = startTimeOf(process.pid);
  expect(found({ ...endpoints, pid: process.pid, startTime })).toBeUndefined();
});

test('without a valid file no pipeline is found', () => {
  expect(findEndpoints(join(directory, 'none'))).toBeUndefined();
  expect(found({ pid: process.ppid })).toBeUndefined();
});
