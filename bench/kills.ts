import { counted, grouped, highest, lowest, sum } from '../lambdas/shared/contract/numbers.ts';
import type { Benchmark, Figure } from './benchmark.ts';
import { TARGETS } from './kills/plan.ts';
import { type KillsResult, runKills } from './kills/schedule.ts';

const SCHEDULES = Number(process.env.KILLS_SCHEDULES ?? 10);
const FIRST_SEED = Number(process.env.KILLS_SEED ?? 1);

/** Kills processes of the real pipeline at working moments; see docs/reliability.md. */
export const kills: Benchmark = {
  title: `${SCHEDULES} schedules (KILLS_SCHEDULES, from seed KILLS_SEED) of SIGKILL: pipeline, Lambda workers, Spark job, broker, emulator`,
  runsOnlyByName: true,
  async run(report) {
    if (!(SCHEDULES >= 1) || !Number.isInteger(FIRST_SEED))
      throw new RangeError(
        `Cannot kill: KILLS_SCHEDULES is ${process.env.KILLS_SCHEDULES} and KILLS_SEED is ${process.env.KILLS_SEED}, should be whole numbers, the first above 0`,
      );
    const results: KillsResult[] = [];
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SCHEDULES; seed++) {
      const result = await runKills(seed, report);
      results.push(result);
      for (const problem of result.problems) report(`seed ${seed}: ${problem}`);
      report(describeResult(result));
    }
    return figuresOf(results);
  },
};

const describeResult = (result: KillsResult): string =>
  `seed ${result.seed}: ${result.seconds.toFixed(0)} s at a load of ${result.load.toFixed(1)}; ${counted(result.windows, 'window')}, ${counted(result.runs, 'run')} from ${counted(result.attempts, 'attempt')}, ${counted(result.restarts, 'restart')}; ${counted(result.sales, 'sale')} and ${counted(result.rejected, 'rejected record')}, ${counted(result.repeats, 'row')} stored again, ${grouped(result.sentAgain)} sent again; ${counted(result.interrupted, 'invocation')} interrupted; ${counted(result.deadLetters, 'dead letter')}; ${counted(result.problems.length, 'problem')}`;

/** Returns the number of kills of each target that met a process, and of those that met none. */
export function countKills(results: readonly Pick<KillsResult, 'kills'>[]): string {
  const all = results.flatMap(({ kills: done }) => done);
  const met = all.filter(({ processes }) => processes > 0);
  const counts = TARGETS.map((target) => {
    const count = met.filter(({ kill }) => kill.target === target).length;
    return `${target} ${count}`;
  });
  return `${counts.join(', ')}; ${all.length - met.length} missed`;
}

function figuresOf(results: readonly KillsResult[]): Figure[] {
  const total = (value: (result: KillsResult) => number): string => grouped(sum(results.map(value)));
  const failing = results.filter(({ problems }) => problems.length > 0);
  const seconds = results.map((result) => result.seconds);
  const loads = results.map(({ load }) => load);
  return [
    {
      subject: `kills, ${counted(results.length, 'schedule')} from seed ${FIRST_SEED}`,
      target: 'no invariant is broken',
      measured: `${failing.length === 0 ? 'none broken' : `broken in ${counted(failing.length, 'schedule')} (seeds ${failing.map(({ seed }) => seed).join(', ')})`}; killed: ${countKills(results)}; ${total(({ interrupted }) => interrupted)} invocations interrupted, ${total(({ restarts }) => restarts)} restarts`,
    },
    {
      subject: '… sales',
      target: 'each in exactly one trained window',
      measured: `${total(({ sales }) => sales)} accepted, ${total(({ rejected }) => rejected)} rejected, of them ${total(({ sentAgain }) => sentAgain)} sent again; ${total(({ repeats }) => repeats)} rows stored again; ${total(({ windows }) => windows)} windows, ${total(({ runs }) => runs)} runs, ${total(({ attempts }) => attempts)} attempts; of ${total(({ failedWindows }) => failedWindows)} windows all attempts failed; ${total(({ deadLetters }) => deadLetters)} messages in dead-letter queues`,
    },
    {
      subject: '… time of a schedule',
      measured: `${lowest(seconds).toFixed(0)} to ${highest(seconds).toFixed(0)} s at a load of ${lowest(loads).toFixed(1)} to ${highest(loads).toFixed(1)}`,
    },
  ];
}
