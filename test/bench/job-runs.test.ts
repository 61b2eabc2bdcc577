import { expect, test } from 'vitest';
import { polls } from '../../bench/growth.ts';
import { countEvents, describeRuns, describeSpark, type JobRun } from '../../bench/job-runs.ts';
import { cpuSecondsOf, timed } from '../../bench/processes.ts';

test('the CPU time of a process includes that of its children, and not the time that it sleeps', async () => {
  const busy = 'for ((i = 0; i < 100000; i++)); do :; done';
  const { seconds, cpuSeconds, output } = await timed('bash', [
    '-c',
    `bash -c '${busy}'; sleep 1; echo done`,
  ]);
  expect(output).toBe('done\n');
  expect(cpuSeconds).toBeGreaterThan(0.05);
  expect(cpuSeconds).toBeLessThan(seconds - 0.9);
});

test('a process that fails is named with its exit code and its output', async () => {
  await expect(timed('bash', ['-c', 'echo broken >&2; exit 3'])).rejects.toThrow(/ended with 3:\nbroken/);
});

test('user and system time of the shell and of its children are added up', () => {
  expect(cpuSecondsOf('0m0.010s 0m0.000s\n1m2.500s 0m3.250s\n')).toBeCloseTo(65.76, 9);
  expect(cpuSecondsOf('0m0,010s 0m0,000s\n0m2,500s 0m3,250s\n')).toBeCloseTo(5.76, 9);
});

test('an event log of Spark is counted: jobs, stages, tasks, bytes shuffled and spilled', () => {
  const task = (shuffled: number, spilled: number) =>
    JSON.stringify({
      Event: 'SparkListenerTaskEnd',
      'Task Metrics': {
        'Disk Bytes Spilled': spilled,
        'Shuffle Write Metrics': { 'Shuffle Bytes Written': shuffled },
      },
    });
  const log = [
    '{"Event":"SparkListenerJobStart","Job ID":0}',
    task(100, 0),
    task(20, 3),
    '{"Event":"SparkListenerTaskEnd"}',
    '{"Event":"SparkListenerStageCompleted"}',
    '{"Event":"SparkListenerJobEnd","Job ID":0}',
    '',
  ].join('\n');
  expect(countEvents(log)).toEqual({ jobs: 1, stages: 1, tasks: 3, shuffleBytes: 120, spilledBytes: 3 });
});

test('runs are described by their medians, with the load of the machine', () => {
  const run = (seconds: number): JobRun => ({
    seconds,
    cpuSeconds: 2 * seconds,
    peakBytes: 1.5e9,
    load: 2.25,
    steps: {},
    spark: { jobs: 1, stages: 2, tasks: 3, shuffleBytes: 4e7, spilledBytes: 0 },
  });
  expect(describeRuns([run(1), run(3), run(2)])).toBe(
    '2.0 s (1.0–3.0), 4.0 s of CPU, peak 1.50 GB, load 2.3',
  );
  expect(describeSpark([run(1)])).toBe('1 jobs, 2 stages, 3 tasks, 0.04 GB shuffled, 0.00 GB spilled');
});

test('a shop of the growth benchmark has the sales of its size, in polls', () => {
  const made = polls({ users: 4_000, products: 50, sales: 14_000 });
  expect([...made].map((poll) => poll.length)).toEqual([10_000, 4_000]);
});
