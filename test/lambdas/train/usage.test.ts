import { GetQueryResultsCommand, StartQueryCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect, test } from 'vitest';
import { loggedUsage, NO_LOG_GROUP } from '../../../lambdas/train/usage.ts';

const FUNCTIONS = {
  accumulate: { logGroup: 'Shop-AccumulateLogs', memoryMb: 1769 },
  train: { logGroup: 'Shop-TrainLogs', memoryMb: 512 },
  publish: { logGroup: 'Shop-PublishLogs', memoryMb: 512 },
  serve: { logGroup: NO_LOG_GROUP, memoryMb: 1769 },
};

type Fields = Readonly<Record<string, string>>;

/** CloudWatch Logs that answers with these states and rows, and keeps the queries. */
function logsWith(rows: readonly Fields[], states: readonly string[] = ['Complete']) {
  const queries: StartQueryCommand['input'][] = [];
  const left = [...states];
  const client = {
    async send(command: unknown) {
      if (command instanceof StartQueryCommand) {
        queries.push(command.input);
        return { queryId: 'q1' };
      }
      if (!(command instanceof GetQueryResultsCommand)) throw new Error('this command is not expected');
      expect(command.input.queryId).toBe('q1');
      return {
        status: left.length > 1 ? left.shift() : left[0],
        results: rows.map((row) => Object.entries(row).map(([field, value]) => ({ field, value }))),
      };
    },
  };
  return { usage: loggedUsage(FUNCTIONS, client as never, async () => undefined), queries };
}

test('sums of the reports become requests, milliseconds and GB-seconds by stage', async () => {
  const { usage, queries } = logsWith([
    { '@log': '123456789012:Shop-AccumulateLogs', requests: '60', milliseconds: '9000' },
    { '@log': '123456789012:Shop-TrainLogs', requests: '3', milliseconds: '900.0' },
  ]);
  expect(await usage.measure(10_000, 70_000)).toEqual({
    accumulate: { requests: 60, milliseconds: 9000, gbSeconds: 9 * (1769 / 1024) },
    train: { requests: 3, milliseconds: 900, gbSeconds: 0.45 },
  });
  expect(queries).toEqual([
    {
      logGroupNames: ['Shop-AccumulateLogs', 'Shop-TrainLogs', 'Shop-PublishLogs'],
      queryString: expect.stringContaining(
        'stats count(*) as requests, sum(@billedDuration) as milliseconds',
      ),
      startTime: 10,
      // The end is exclusive here and inclusive there.
      endTime: 69,
    },
  ]);
});

test('an emulator that returns the reports themselves is understood, too', async () => {
  const report = (billed: string) =>
    `REPORT RequestId: 1\tDuration: 99.1 ms\tBilled Duration: ${billed} ms\tMemory Size: 512 MB\tMax Memory Used: 90 MB`;
  const { usage } = logsWith([
    { '@log': 'Shop-TrainLogs', '@message': report('100') },
    { '@log': 'Shop-TrainLogs', '@message': report('50.5') },
    { '@log': 'Shop-TrainLogs', '@message': 'REPORT RequestId: 2\tStatus: timeout' },
  ]);
  expect(await usage.measure(0, 60_000)).toEqual({
    train: { requests: 2, milliseconds: 150.5, gbSeconds: 0.07525 },
  });
});

test('a query is waited for, and one that fails or never ends is an error', async () => {
  const row = { '@log': 'Shop-TrainLogs', requests: '1', milliseconds: '1' };
  const { usage } = logsWith([row], ['Scheduled', 'Running', 'Complete']);
  expect(await usage.measure(0, 60_000)).toHaveProperty('train');
  await expect(logsWith([], ['Failed']).usage.measure(0, 60_000)).rejects.toThrow('ended Failed');
  await expect(logsWith([], ['Running']).usage.measure(0, 60_000)).rejects.toThrow('took more than 10 s');
});

test('an empty span, and a deployment without Lambdas to measure, ask for nothing', async () => {
  const { usage, queries } = logsWith([]);
  expect(await usage.measure(60_000, 60_000)).toEqual({});
  expect(queries).toEqual([]);
  expect(await loggedUsage({ serve: FUNCTIONS.serve }, undefined as never).measure(0, 60_000)).toEqual({});
});
