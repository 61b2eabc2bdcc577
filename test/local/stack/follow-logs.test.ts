import { expect, test } from 'vitest';
import { followLogs, type Reader } from '../../../local/stack/follow-logs.ts';
import type { LogLine } from '../../../local/stack/stage-logs.ts';

const LINE: LogLine = { level: 'error', stage: 'train', message: 'no cluster' };

/** Returns the answers one by one, and no lines after the last. */
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

test('lines are shown with their stage and error', async () => {
  const shown: string[] = [];
  const stop = followLogs(
    [answering([LINE, { ...LINE, error: { name: 'E' } }])],
    (text) => shown.push(text),
    1,
  );
  await expect.poll(() => shown).toEqual(['train: no cluster', 'train: no cluster: {"name":"E"}']);
  stop();
});

test('logs that cannot be read are reported once, and again if they could be read in between', async () => {
  const shown: string[] = [];
  const failure = new Error('connection refused');
  const stop = followLogs(
    [answering(failure, failure, [LINE], failure, [LINE])],
    (text) => shown.push(text),
    1,
  );
  const sentence = 'Cannot read the logs: connection refused; trying again';
  await expect.poll(() => shown).toEqual([sentence, 'train: no cluster', sentence, 'train: no cluster']);
  stop();
});

test('nothing is shown after the end, not even lines that were still being read', async () => {
  const shown: string[] = [];
  const answer = Promise.withResolvers<LogLine[]>();
  const stop = followLogs([{ read: () => answer.promise }], (text) => shown.push(text), 1);
  stop();
  answer.resolve([LINE]);
  await answer.promise;
  await new Promise((resolve) => setImmediate(resolve));
  expect(shown).toEqual([]);
});
