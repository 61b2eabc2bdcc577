import fc from 'fast-check';
import type { IHeaders, KafkaMessage } from 'kafkajs';
import { describe, expect, test } from 'vitest';
import { parseMskEvent, sourceOf } from '../../../lambdas/shared/sales/msk-event.ts';
import {
  type EventRecord,
  MAX_BATCH_BYTES,
  MAX_BATCH_RECORDS,
  takeBatch,
  toEventRecord,
  toMskEvent,
} from '../../../local/pipeline/msk-event.ts';

const record = (partition: number, offset: number, value = 'eA=='): EventRecord => ({
  topic: 'sales',
  partition,
  offset,
  timestamp: 1,
  timestampType: 'CREATE_TIME',
  value,
  headers: [],
});
const queue = (partition: number, count: number) =>
  Array.from({ length: count }, (_, offset) => record(partition, offset));
const LIMITS = { records: 10, bytes: MAX_BATCH_BYTES };
const at = ({ partition, offset }: EventRecord) => `${partition}:${offset}`;

describe('a batch', () => {
  test('takes records queue by queue, up to the limit of records', () => {
    expect(takeBatch([queue(0, 8), queue(1, 8)], LIMITS).map(at)).toEqual([
      ...queue(0, 8).map(at),
      '1:0',
      '1:1',
    ]);
    expect(takeBatch([[], queue(1, 2)], LIMITS).map(at)).toEqual(['1:0', '1:1']);
    expect(takeBatch([], LIMITS)).toEqual([]);
  });

  test('stays below the limit of bytes, counted on the whole event', () => {
    const large = Array.from({ length: 9 }, (_, offset) => record(0, offset, 'x'.repeat(1_000_000)));
    const taken = takeBatch([large], { records: 10_000, bytes: MAX_BATCH_BYTES });
    expect(taken).toHaveLength(6);
    const event = toMskEvent(taken, { eventSourceArn: 'arn', bootstrapServers: 'b' });
    expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThanOrEqual(MAX_BATCH_BYTES);
  });

  test('has at least one record, even one above the limit, which would otherwise never leave the queue', () => {
    expect(
      takeBatch([[record(0, 0, 'x'.repeat(100)), record(0, 1)]], { records: 10, bytes: 50 }),
    ).toHaveLength(1);
  });
});

test('records are grouped by topic-partition, in their order', () => {
  const { records } = toMskEvent([record(1, 4), record(0, 7), record(1, 5)], {
    eventSourceArn: 'arn',
    bootstrapServers: 'b',
  });
  expect(Object.entries(records).map(([name, ofPartition]) => [name, ofPartition.map(at)])).toEqual([
    ['sales-1', ['1:4', '1:5']],
    ['sales-0', ['0:7']],
  ]);
});

test('an invocation has at most 10,000 records and 6 MB', () => {
  expect([MAX_BATCH_RECORDS, MAX_BATCH_BYTES]).toEqual([10_000, 6_291_456]);
  const limits = { records: MAX_BATCH_RECORDS, bytes: MAX_BATCH_BYTES };
  expect(takeBatch([queue(0, 10_001)], limits)).toHaveLength(10_000);
});

test('for any queues, a batch is their start in order, and only a single record may be above the limit', () => {
  const SOURCE = { eventSourceArn: `arn:aws:kafka:us-east-1:000000000000:cluster/local/${'x'.repeat(22)}` };
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.nat(300), { maxLength: 8 }), { maxLength: 100 }),
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1024, max: 20_000 }),
      (sizes, records, bytes) => {
        const queues = sizes.map((sizesOfPartition, partition) =>
          sizesOfPartition.map((size, offset) => record(partition, offset, 'ü'.repeat(size))),
        );
        const taken = takeBatch(queues, { records, bytes });
        expect(taken).toEqual(queues.flat().slice(0, taken.length));
        expect(taken.length).toBeLessThanOrEqual(records);
        expect(taken.length > 0).toBe(queues.flat().length > 0);
        const event = toMskEvent(taken, { ...SOURCE, bootstrapServers: '127.0.0.1:65535' });
        if (taken.length > 1) expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThanOrEqual(bytes);
      },
    ),
    { seed: 3, numRuns: 300 },
  );
});

test('the names of a hundred partitions count as bytes, too', () => {
  for (let size = 62_780; size < 62_810; size += 2) {
    const queues = Array.from({ length: 100 }, (_, partition) => [record(partition, 0, 'x'.repeat(size))]);
    const taken = takeBatch(queues, { records: MAX_BATCH_RECORDS, bytes: MAX_BATCH_BYTES });
    const event = toMskEvent(taken, { eventSourceArn: 'x'.repeat(80), bootstrapServers: '127.0.0.1:9092' });
    expect(Buffer.byteLength(JSON.stringify(event)), `values of ${size}`).toBeLessThanOrEqual(
      MAX_BATCH_BYTES,
    );
  }
});

describe('a Kafka message becomes a record as AWS documents it', () => {
  const message = (
    part: Partial<Pick<KafkaMessage, 'key' | 'value' | 'offset'>> & { headers?: IHeaders },
  ): KafkaMessage => ({
    key: null,
    value: null,
    timestamp: '1545084650987',
    attributes: 0,
    offset: '15',
    headers: {},
    ...part,
  });

  /** https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html, "Example event" */
  test('the example of the documentation, exactly', () => {
    const record = toEventRecord(
      'mytopic',
      0,
      message({
        key: Buffer.from('abcDEFghiJKLmnoPQRstuVWXyz1234=='),
        value: Buffer.from('Hello, this is a test.'),
        headers: { headerKey: Buffer.from('headerValue') },
      }),
    );
    expect(
      toMskEvent([record], {
        eventSourceArn: 'arn:aws:kafka:us-east-1:123456789012:cluster/vpc-2priv-2pub/751d2973',
        bootstrapServers: 'b-2.demo-cluster-1.a1bcde.c1.kafka.us-east-1.amazonaws.com:9092',
      }),
    ).toEqual({
      eventSource: 'aws:kafka',
      eventSourceArn: 'arn:aws:kafka:us-east-1:123456789012:cluster/vpc-2priv-2pub/751d2973',
      bootstrapServers: 'b-2.demo-cluster-1.a1bcde.c1.kafka.us-east-1.amazonaws.com:9092',
      records: {
        'mytopic-0': [
          {
            topic: 'mytopic',
            partition: 0,
            offset: 15,
            timestamp: 1545084650987,
            timestampType: 'CREATE_TIME',
            key: 'YWJjREVGZ2hpSktMbW5vUFFSc3R1VldYeXoxMjM0PT0=',
            value: 'SGVsbG8sIHRoaXMgaXMgYSB0ZXN0Lg==',
            headers: [{ headerKey: [104, 101, 97, 100, 101, 114, 86, 97, 108, 117, 101] }],
          },
        ],
      },
    });
  });

  test('a tombstone has no value and a record without a key has no key; an empty value or key is an empty string', () => {
    expect(toEventRecord('sales', 1, message({}))).toEqual({
      topic: 'sales',
      partition: 1,
      offset: 15,
      timestamp: 1545084650987,
      timestampType: 'CREATE_TIME',
      headers: [],
    });
    expect(
      toEventRecord('sales', 1, message({ key: Buffer.alloc(0), value: Buffer.alloc(0) })),
    ).toMatchObject({
      key: '',
      value: '',
    });
  });

  test('the bytes of headers are signed, as in Java; a header that occurs twice is listed twice', () => {
    const headers = { trace: [Buffer.from([0, 127, 128, 255]), Buffer.from([1])], span: Buffer.alloc(0) };
    expect(toEventRecord('sales', 0, message({ headers })).headers).toEqual([
      { trace: [0, 127, -128, -1] },
      { trace: [1] },
      { span: [] },
    ]);
  });

  test('any bytes are the same after decoding', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (key, value) => {
        const record = toEventRecord(
          'sales',
          0,
          message({ key: Buffer.from(key), value: Buffer.from(value) }),
        );
        expect([...Buffer.from(record.key ?? '', 'base64')]).toEqual([...key]);
        expect([...Buffer.from(record.value ?? '', 'base64')]).toEqual([...value]);
      }),
      { seed: 4 },
    );
  });

  test('accumulate parses the event, tombstones included', () => {
    const records = [
      toEventRecord('sales', 0, message({ value: Buffer.from('{}'), key: Buffer.from('ann') })),
      toEventRecord('sales', 0, message({ offset: '16' })),
    ];
    const event = JSON.parse(
      JSON.stringify(toMskEvent(records, { eventSourceArn: 'arn', bootstrapServers: 'b' })),
    );
    const { source, partitions } = parseMskEvent(event);
    expect(source).toBe(sourceOf('arn'));
    expect(partitions.get('sales-0')).toMatchObject([
      { offset: 15, value: 'e30=', key: 'YW5u' },
      { offset: 16 },
    ]);
  });
});
