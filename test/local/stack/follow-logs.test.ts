import { expect, test } from 'vitest';
import { followLogs, type Reader } from '../../../local/stack/follow-logs.ts';
import type { LogLine } from '../../../local/stack/stage-logs.ts';

const LINE: LogLine = { level: 'error', stage: 'train', message: 'no cluster' };

/** Answers each read with the next answer, and then with nothing. */
function answering(...answers: readonly (LogLine[] | Error)[]): Reader {
  const rest = [...answers];
  return {
    async read() {
      const answer = rest.shift() ?? [];
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
}

test('lines are told with their stage and error', async () => {
  const told: string[] = [];
  const stop = followLogs(
    [answering([LINE, { ...LINE, error: { name: 'E' } }])],
    (text) => told.push(text),
    1,
  );
  await expect.poll(() => told).toEqual(['train: no cluster', 'train: no cluster: {"name":"E"}']);
  stop();
});

test('logs that cannot be read are told once, and again after they could be read', async () => {
  const told: string[] = [];
  const away = new Error('connection refused');
  const stop = followLogs([answering(away, away, [LINE], away, [LINE])], (text) => told.push(text), 1);
  const sentence = 'Cannot read the logs: connection refused; it is tried again';
  await expect.poll(() => told).toEqual([sentence, 'train: no cluster', sentence, 'train: no cluster']);
  stop();
});

test('when it has ended nothing is told any more, not even what was on the way', async () => {
  const told: string[] = [];
  const answer = Promise.withResolvers<LogLine[]>();
  const stop = followLogs([{ read: () => answer.promise }], (text) => told.push(text), 1);
  stop();
  answer.resolve([LINE]);
  await answer.promise;
  await new Promise((resolve) => setImmediate(resolve));
  expect(told).toEqual([]);
});
