import { expect, test } from 'vitest';
import { parseQueueEvent } from '../../../lambdas/shared/messages.ts';

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

test('a queue brings objects, job states, sweeps and requests', () => {
  expect(parseQueueEvent(queued(created, failed, { sweep: true }, { flush: true }))).toEqual([
    { messageId: 'm0', kind: 'object', key: 'windows/00000001.json' },
    { messageId: 'm1', kind: 'job', jobRunId: 'j1', state: 'FAILED' },
    { messageId: 'm2', kind: 'sweep' },
    { messageId: 'm3', kind: 'request', body: { flush: true } },
  ]);
});

test('the same may come without a queue', () => {
  expect(parseQueueEvent({ retry: 3 })).toEqual([
    { messageId: 'direct', kind: 'request', body: { retry: 3 } },
  ]);
  expect(parseQueueEvent({ Records: [] })).toEqual([]);
});

test('a body of no known kind is named', () => {
  expect(() => parseQueueEvent(queued(created, 'not JSON'))).toThrow(
    'Cannot read message m1: its body is not JSON',
  );
  expect(() => parseQueueEvent(queued([1]))).toThrow('Cannot read message m0');
  expect(() => parseQueueEvent({ 'detail-type': 'Object Deleted', detail: {} })).toThrow(
    'Cannot read the event',
  );
});

test('a key is taken as it is: EventBridge, other than S3 notifications, does not encode it', () => {
  const key = 'interactions/0a1b2c3d/a+b%20c/000000/x.parquet';
  expect(parseQueueEvent({ ...created, detail: { object: { key } } })).toEqual([
    { messageId: 'direct', kind: 'object', key },
  ]);
});

test('a sweep is {"sweep":true} and nothing more; records of something else than a queue are no message', () => {
  expect(parseQueueEvent({ sweep: false })).toMatchObject([{ kind: 'request' }]);
  expect(parseQueueEvent({ sweep: true, flush: true })).toMatchObject([{ kind: 'request' }]);
  expect(() => parseQueueEvent({ Records: [{ eventSource: 'aws:s3', body: '{}' }] })).toThrow(
    'Cannot read the event',
  );
});
