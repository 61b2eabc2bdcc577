import { expect, test } from 'vitest';
import { parseQueueEvent } from '../../../../lambdas/shared/platform/messages.ts';
import { recordingLog } from '../../log.ts';

const parse = (event: unknown, log = recordingLog()) => parseQueueEvent(event, log);

const queued = (...bodies: readonly unknown[]) => ({
  Records: bodies.map((body, index) => ({
    messageId: `m${index}`,
    eventSource: 'aws:sqs',
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })),
});
const created = {
  'detail-type': 'Object Created',
  detail: { object: { key: 'windows/00000001.json', size: 7 } },
};
const failed = {
  'detail-type': 'EMR Serverless Job Run State Change',
  detail: { jobRunId: 'j1', state: 'FAILED', applicationId: 'a1' },
};

test('a queue event contains objects, job states, sweeps and requests', () => {
  expect(
    parse(queued(created, failed, { sweep: true }, { flush: true }, { sweep: true, all: true })),
  ).toEqual([
    { messageId: 'm0', kind: 'object', key: 'windows/00000001.json' },
    { messageId: 'm1', kind: 'job', jobRunId: 'j1', state: 'FAILED' },
    { messageId: 'm2', kind: 'sweep', all: false },
    { messageId: 'm3', kind: 'request', body: { flush: true } },
    { messageId: 'm4', kind: 'sweep', all: true },
  ]);
});

test('a direct invocation has the body of one message', () => {
  expect(parse({ retry: 3 })).toEqual([{ messageId: 'direct', kind: 'request', body: { retry: 3 } }]);
  expect(parse({ Records: [] })).toEqual([]);
});

test('a message of an unknown kind is logged and skipped; its neighbours are read', () => {
  const log = recordingLog();
  expect(parse(queued('not JSON', created, [1]), log)).toEqual([
    { messageId: 'm1', kind: 'object', key: 'windows/00000001.json' },
  ]);
  expect(log.lines).toMatchObject([
    { level: 'error', messageId: 'm0', body: 'not JSON' },
    { level: 'error', messageId: 'm2', body: '[1]' },
  ]);
  expect(String(log.lines[0]?.error)).toContain('Cannot read message m0: its body is not JSON');
});

test('a direct invocation of an unknown kind throws', () => {
  expect(() => parse({ 'detail-type': 'Object Deleted', detail: {} })).toThrow('Cannot read the event');
});

test('a key is used unchanged, because EventBridge does not encode it as S3 notifications do', () => {
  const key = 'interactions/0a1b2c3d/a+b%20c/000000/x.parquet';
  expect(parse({ ...created, detail: { object: { key } } })).toEqual([
    { messageId: 'direct', kind: 'object', key },
  ]);
});

test('a sweep is {"sweep":true}, with "all":true or nothing else; records of another source than a queue throw', () => {
  expect(parse({ sweep: false })).toMatchObject([{ kind: 'request' }]);
  expect(parse({ sweep: true, flush: true })).toMatchObject([{ kind: 'request' }]);
  expect(parse({ sweep: true, all: false })).toMatchObject([{ kind: 'request' }]);
  expect(() => parse({ Records: [{ eventSource: 'aws:s3', body: '{}' }] })).toThrow('Cannot read the event');
});
