import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LogReader } from '../../../local/stack/stage-logs.ts';

/** The log groups of a fake CloudWatch Logs, which returns one item per page and records its requests. */
const GROUPS = ['/aws/lambda/Cartograph-accumulate1A2B', '/aws/lambda/Cartograph-train3C4D'];

interface Event {
  readonly eventId: string;
  readonly timestamp: number;
  readonly message: string;
}
interface Request {
  readonly logGroupName?: string;
  readonly nextToken?: string;
  readonly startTime?: number;
}

let events: Map<string, Event[]>;
let requests: Request[];
let server: Server;
let reader: LogReader;
const SINCE_MS = 1_000_000;

function page(target: string, { logGroupName = '', nextToken = '0', startTime = 0 }: Request) {
  const at = Number(nextToken);
  const next = (length: number) => (at + 1 < length ? { nextToken: String(at + 1) } : {});
  if (target.endsWith('DescribeLogGroups'))
    return { logGroups: [{ logGroupName: GROUPS[at] }], ...next(GROUPS.length) };
  const found = (events.get(logGroupName) ?? []).filter(({ timestamp }) => timestamp >= startTime);
  return { events: found.slice(at, at + 1), ...next(found.length) };
}

beforeEach(async () => {
  events = new Map();
  requests = [];
  server = createServer(async (request, response) => {
    const body = (await json(request)) as Request;
    requests.push(body);
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end(JSON.stringify(page(String(request.headers['x-amz-target']), body)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  reader = new LogReader(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, SINCE_MS);
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

let count = 0;
function logged(group: number, afterMs: number, ...messages: readonly string[]): void {
  const name = GROUPS[group] ?? '';
  const added = messages.map((message) => ({
    eventId: String(count++),
    timestamp: SINCE_MS + afterMs,
    message,
  }));
  events.set(name, [...(events.get(name) ?? []), ...added]);
}
const line = (level: string, message: string): string => JSON.stringify({ level, stage: 'train', message });
const read = async () => (await reader.read()).map(({ stage, message }) => `${stage}: ${message}`);

test('warnings and errors of every function and page are read, once each', async () => {
  logged(1, 0, line('info', 'a'), line('warn', 'b'), line('error', 'c'), 'REPORT RequestId: 1');
  expect(await read()).toEqual(['train: b', 'train: c']);
  logged(1, 10, line('warn', 'd'));
  expect(await read()).toEqual(['train: d']);
  expect(await read()).toEqual([]);
});

test('a Lambda that crashes without logging is reported, with the stage that its name contains', async () => {
  logged(0, 0, 'START RequestId: 1', "Error: Cannot find module 'x'", '    at throwError (index.mjs:1:1)');
  logged(1, 0, 'Task timed out after 30.00 seconds', 'Worker process died', '2026 {"errorType":"TypeError"}');
  expect(await read()).toEqual([
    "accumulate: Error: Cannot find module 'x'",
    'train: Task timed out after 30.00 seconds',
    'train: Worker process died',
    'train: 2026 {"errorType":"TypeError"}',
  ]);
});

test('lines of an earlier start are skipped, and each read starts shortly before the newest line', async () => {
  logged(0, -1, line('error', 'earlier'));
  logged(0, 60_000, line('error', 'now'));
  expect(await read()).toEqual(['train: now']);
  requests.length = 0;
  logged(0, 58_000, line('error', 'late'));
  expect(await read()).toEqual(['train: late']);
  const request = requests.find(({ logGroupName }) => logGroupName === GROUPS[0]);
  expect(request?.startTime).toBe(SINCE_MS + 55_000);
});
