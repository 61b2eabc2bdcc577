import { counted, grouped, sum } from '../lambdas/shared/contract/numbers.ts';
import type { Benchmark, Figure } from './benchmark.ts';
import { runSchedule, type ScheduleResult } from './faults/schedule.ts';
import { FAULTS } from './faults/simulation.ts';

const SCHEDULES = 200;

/** Runs the pipeline against 200 adversaries; see docs/reliability.md. */
export const faults: Benchmark = {
  title: `${SCHEDULES} schedules of faults: kills and lost answers between any two requests, events lost, doubled and reordered`,
  runsOnlyByName: true,
  async run(report) {
    const results: ScheduleResult[] = [];
    for (let seed = 1; seed <= SCHEDULES; seed++) {
      const result = await runSchedule(seed);
      results.push(result);
      for (const problem of result.problems) report(`seed ${seed}: ${problem}`);
      if (seed % 20 === 0) report(`${seed} schedules, ${grouped(faultsIn(results))} faults`);
    }
    for (const line of describeFaults(results)) report(line);
    return figuresOf(results);
  },
};

const faultsIn = (results: readonly ScheduleResult[]): number =>
  sum(results.flatMap(({ faults: found }) => [...found.values()]));

/** Returns a line for each kind of write and each event, with the number of its faults. */
export function describeFaults(results: readonly ScheduleResult[]): string[] {
  const counts = new Map<string, Map<string, number>>();
  for (const { faults: found } of results)
    for (const [name, count] of found) {
      const [subject = '', kind = ''] = name.split(': ');
      const kinds = counts.get(subject) ?? new Map<string, number>();
      kinds.set(kind, (kinds.get(kind) ?? 0) + count);
      counts.set(subject, kinds);
    }
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([subject, kinds]) => {
      const inOrder = [...kinds].sort(([a], [b]) => rankOf(a) - rankOf(b));
      return `${subject}: ${inOrder.map(([kind, count]) => `${kind} ${grouped(count)}`).join(', ')}`;
    });
}

const rankOf = (kind: string): number => (FAULTS as readonly string[]).indexOf(kind);

function figuresOf(results: readonly ScheduleResult[]): Figure[] {
  const total = (value: (result: ScheduleResult) => number): string => grouped(sum(results.map(value)));
  const failing = results.filter(({ problems }) => problems.length > 0);
  const seeds = failing.map(({ seed }) => seed).join(', ');
  return [
    {
      subject: `faults, ${SCHEDULES} schedules, seeds 1 to ${SCHEDULES}`,
      target: 'no invariant is broken',
      measured: `${failing.length === 0 ? 'none broken' : `broken by ${counted(failing.length, 'schedule')} (seeds ${seeds})`} by ${grouped(faultsIn(results))} faults`,
    },
    {
      subject: '… sales',
      target: 'each in exactly one trained window',
      measured: `${total(({ sales }) => sales)} accepted, ${total(({ rejected }) => rejected)} rejected; ${total(({ windows }) => windows)} windows, ${total(({ runs }) => runs)} runs, ${total(({ attempts }) => attempts)} attempts; of ${total(({ failedWindows }) => failedWindows)} windows all attempts failed, and a later run trained on their sales`,
    },
    {
      subject: '… left over',
      measured: `${total(({ deadLetters }) => deadLetters)} messages in dead-letter queues, whose work sweeps did; ${total(({ pagesGivenUp }) => pagesGivenUp)} pages given up, with an alarm, after five tries; ${total(({ reads }) => reads)} reads from pointer to files, each of a whole run`,
    },
  ];
}
