import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { readLooksPersonal } from '../../../local/stack/looks-personal.ts';

const ACCUMULATE = '/aws/lambda/Cartograph-Accumulate1A2B';
const LINES: Readonly<Record<string, readonly string[]>> = {
  [ACCUMULATE]: [
    'START RequestId: 1',
    JSON.stringify({ level: 'info', message: 'Stored', looksPersonal: { 'userId email': 2, 'id card': 1 } }),
    JSON.stringify({ level: 'info', message: 'Stored' }),
    '{"looksPersonal" cut off',
    `2026-06-01T12:00:00Z\t1\tINFO\t${JSON.stringify({ message: 'Stored', looksPersonal: { 'userId email': 3 } })}`,
  ],
  '/aws/lambda/Cartograph-Train3C4D': [JSON.stringify({ looksPersonal: { 'userId email': 100 } })],
};

/** Answers one event per page. */
async function withLogs(read: (endpoint: string) => Promise<void>): Promise<void> {
  const server = createServer(async (request, response) => {
    const { logGroupName = '', nextToken = '0', startTime } = (await json(request)) as Record<string, string>;
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    const lines = LINES[logGroupName] ?? [];
    const at = Number(nextToken);
    const events = lines.slice(at, at + 1).map((message) => ({ message, timestamp: startTime }));
    const next = at + 1 < lines.length ? { nextToken: String(at + 1) } : {};
    const isGroups = String(request.headers['x-amz-target']).endsWith('DescribeLogGroups');
    const logGroups = Object.keys(LINES).map((name) => ({ logGroupName: name }));
    response.end(JSON.stringify(isGroups ? { logGroups } : { events, ...next }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await read(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('fields that look personal are added up over the lines of accumulate; lines that cannot be read are skipped', async () => {
  await withLogs(async (endpoint) => {
    expect(await readLooksPersonal(endpoint, 0)).toEqual({ 'userId email': 5, 'id card': 1 });
  });
});
