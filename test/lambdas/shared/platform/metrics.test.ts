import { describe, expect, test } from 'vitest';
import { createLog } from '../../../../lambdas/shared/platform/log.ts';
import { METRICS, metricsLine } from '../../../../lambdas/shared/platform/metrics.ts';

describe('a line of metrics', () => {
  test('is one JSON object in the format of CloudWatch', () => {
    const line = metricsLine('accumulate', 'fn', { SalesStored: 3, SalesRejected: 0 }, 1_700_000_000_000);
    expect(line).not.toContain('\n');
    expect(JSON.parse(line ?? '')).toEqual({
      _aws: {
        Timestamp: 1_700_000_000_000,
        CloudWatchMetrics: [
          {
            Namespace: 'Cartograph',
            Dimensions: [['FunctionName']],
            Metrics: [
              { Name: 'SalesStored', Unit: 'Count' },
              { Name: 'SalesRejected', Unit: 'Count' },
            ],
          },
        ],
      },
      FunctionName: 'fn',
      stage: 'accumulate',
      SalesStored: 3,
      SalesRejected: 0,
    });
  });

  test('does not exist without values', () => {
    expect(metricsLine('render', 'fn', {}, 0)).toBeUndefined();
  });

  test('every metric has a unit of CloudWatch, and a name that is not a field of the line', () => {
    for (const [name, unit] of Object.entries(METRICS)) {
      expect(['Count', 'Seconds', 'Percent', 'None']).toContain(unit);
      expect(['_aws', 'stage', 'FunctionName']).not.toContain(name);
    }
  });
});

describe('the log', () => {
  const written = (functionName?: string): unknown[] => {
    const lines: string[] = [];
    const log = createLog('threshold', { requestId: 'r1', functionName }, (line) => void lines.push(line));
    log.info('Not yet');
    log.measure({ Waiting: 7 });
    log.measure({});
    return lines.map((line) => JSON.parse(line));
  };

  test('writes metrics as lines of their own, without a level', () => {
    const [line, metrics, ...rest] = written('fn');
    expect(line).toEqual({ level: 'info', stage: 'threshold', message: 'Not yet', requestId: 'r1' });
    expect(metrics).toMatchObject({ FunctionName: 'fn', Waiting: 7 });
    expect(metrics).not.toHaveProperty('level');
    expect(rest).toEqual([]);
  });

  test('writes no metrics without the name of a function', () => {
    expect(written()).toHaveLength(1);
  });
});
