import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { grouped } from '../lambdas/shared/contract/numbers.ts';
import { bundle } from '../lib/bundle.ts';
import { writeFileLake } from '../local/lake/file-lake.ts';
import { createTopic, startBroker } from '../local/pipeline/broker.ts';
import { ROOT } from '../local/process/paths.ts';
import { type Benchmark, type Figure, median } from './benchmark.ts';
import { retailPolls } from './job.ts';
import { runJob } from './job-runs.ts';
import {
  closedLoad,
  createLoadClient,
  describeTimes,
  type Load,
  percentile,
  steadyLoad,
} from './realtime-load.ts';
import { createCheck, createRequests, purchases, type Requests } from './realtime-requests.ts';
import { publish, RUNS, writeTwoRuns } from './realtime-runs.ts';
import { type ServeProcess, startServe } from './realtime-serve.ts';
import { RETAIL_FILE } from './retail.ts';
import { Memory } from './soak-memory.ts';

const MINUTES = Number(process.env.REALTIME_MINUTES ?? 10);
const RANK = 64;
const TOPIC = 'sales';
const PARTITIONS = 3;
const CALLERS = [1, 4, 16, 64];
const [WARM_UP_SECONDS, LOAD_SECONDS] = [3, 10];
const CONNECTIONS = 64;
const COLD_STARTS = 5;
const PURCHASES = 300;
const SALES_PER_SECOND = 10;
const [SWITCH_SECONDS, SAMPLE_SECONDS] = [15, 5];
const SECOND_MS = 1000;

/** Answers through HTTP: how many and how fast, after a purchase, after a start, and for a long time. */
export const realtime: Benchmark = {
  title: `answers through HTTP on loopback, Online Retail, one process; then ${MINUTES} min (REALTIME_MINUTES) at half the highest rate`,
  runsOnlyByName: true,
  async run(report) {
    if (!(MINUTES > 0))
      throw new RangeError(
        `Cannot measure: REALTIME_MINUTES is ${process.env.REALTIME_MINUTES}, should be above 0`,
      );
    if (!existsSync(RETAIL_FILE))
      throw new Error(`Cannot measure: ${RETAIL_FILE} does not exist, should be Online Retail`);
    const directory = mkdtempSync(join(tmpdir(), 'cartograph-bench-realtime-'));
    try {
      const lake = join(directory, 'lake');
      writeFileLake(lake, await retailPolls(), { rank: RANK });
      await runJob(lake, directory, 1);
      return await measureLake(lake, directory, report);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

type Report = (line: string) => void;

/** Measures serve with run 1 of a lake. @param directory For temporary files. */
export async function measureLake(lake: string, directory: string, report: Report): Promise<Figure[]> {
  writeTwoRuns(lake);
  publish(lake, 1, 1);
  const program = bundle({ entry: join(ROOT, 'bench', 'realtime-process.ts') }, join(directory, 'bundle'));
  const requests = createRequests(lake);
  const figures = [await coldStarts({ program, lake, requests, report })];
  const broker = await startBroker(join(directory, 'kafka'));
  try {
    await createTopic(broker.bootstrap, TOPIC, PARTITIONS);
    const serving = await startServe(program, [lake, broker.bootstrap, TOPIC]);
    try {
      const parts = { serving, requests, report };
      const { highest, figure } = await rates(parts);
      figures.push(figure, await changed(parts), ...(await soak(highest / 2, lake, parts)));
    } finally {
      await serving.stop();
    }
  } finally {
    await broker.stop();
  }
  return figures;
}

interface Parts {
  readonly serving: ServeProcess;
  readonly requests: Requests;
  readonly report: Report;
}

async function coldStarts(parts: {
  readonly program: string;
  readonly lake: string;
  readonly requests: Requests;
  readonly report: Report;
}): Promise<Figure> {
  const starts: { readonly ms: number; readonly bytes: number }[] = [];
  for (let start = 0; start < COLD_STARTS; start++) {
    const startedMs = performance.now();
    const serving = await startServe(parts.program, [parts.lake]);
    const client = createLoadClient(serving.url, 1);
    const { status } = await client.ask(parts.requests.next());
    const ms = performance.now() - startedMs;
    if (status !== 200) throw new Error(`Cannot measure a start: the first answer has status ${status}`);
    client.stop();
    starts.push({ ms, bytes: serving.peakBytes() });
    await serving.stop();
  }
  const [ms, bytes] = [starts.map((start) => start.ms), starts.map((start) => start.bytes)];
  const measured = `${median(ms).toFixed(0)} ms (${Math.min(...ms).toFixed(0)}–${Math.max(...ms).toFixed(0)}), at most ${megabytes(median(bytes))}; ${load()}`;
  parts.report(`from the start of the process to the first answer: ${measured}`);
  return {
    subject:
      "serve: from the start of its process, bundled, to the first answer through HTTP, Online Retail's model from local files; peak memory",
    target: '≤ 900 ms, ≤ 512 MB; stretch 400 ms',
    measured,
  };
}

async function rates({ serving, requests, report }: Parts): Promise<{ highest: number; figure: Figure }> {
  const client = createLoadClient(serving.url, Math.max(...CALLERS));
  const options = { client, next: requests.next, fault: statusFault };
  const lines: string[] = [];
  let highest = 0;
  for (const callers of CALLERS) {
    // Node accepts one new connection per turn of its loop, so that opening many takes seconds on a busy server.
    await closedLoad(callers, { ...options, seconds: WARM_UP_SECONDS });
    const cpuBefore = serving.cpuSeconds();
    const found = await closedLoad(callers, { ...options, seconds: LOAD_SECONDS });
    failOn(found);
    const cpuMs = ((serving.cpuSeconds() - cpuBefore) * SECOND_MS) / found.latenciesMs.length;
    highest = Math.max(highest, rateOf(found));
    lines.push(
      `${callers}: ${grouped(Math.round(rateOf(found)))}/s, ${describeTimes(found.latenciesMs)}, ${cpuMs.toFixed(1)} ms of CPU each`,
    );
    report(`callers ${lines.at(-1)}`);
  }
  client.stop();
  return {
    highest,
    figure: {
      subject:
        'answers through HTTP on loopback, one process, computed for known users of Online Retail, by number of callers, whose process has the other core',
      target: '≥ 200/s, p99 ≤ 25 ms; stretch 1,000/s, 6 ms',
      measured: `${lines.join('; ')}; ${load()}`,
    },
  };
}

async function changed({ serving, requests, report }: Parts): Promise<Figure> {
  const found = await purchases(serving.url, requests.users.slice(0, PURCHASES));
  const accepted = describeTimes(found.map(({ acceptedMs }) => acceptedMs));
  const changes = found.map(({ changedMs }) => changedMs);
  const measured = `${describeTimes(changes)}, of it until the sale was acknowledged ${accepted}; ${load()}`;
  report(`from a sale to the changed answer: ${measured}`);
  return {
    subject: `\`POST /v1/sales\` → changed answer, through Kafka and remember, recent sales in memory, ${found.length} purchases one after another`,
    target: 'p99 ≤ 300 ms; stretch 80 ms',
    measured,
  };
}

/** Answers at a steady rate while sales come in and two runs are switched. */
async function soak(rate: number, lake: string, { serving, requests, report }: Parts): Promise<Figure[]> {
  const client = createLoadClient(serving.url, CONNECTIONS);
  const seconds = MINUTES * 60;
  const memory = new Memory({ serve: serving.pid });
  const check = createCheck();
  await closedLoad(CONNECTIONS, { client, seconds: 1, next: requests.next, fault: statusFault });
  let switches = 0;
  const switching = setInterval(() => {
    switches += 1;
    publish(lake, RUNS[switches % 2 === 0 ? 0 : 1], 1 + switches);
  }, SWITCH_SECONDS * SECOND_MS);
  const sampling = setInterval(() => memory.sample(), SAMPLE_SECONDS * SECOND_MS);
  const minutes = setInterval(() => report(`${memory.now()}, ${load()}`), 60 * SECOND_MS);
  try {
    const [answers, sales] = await Promise.all([
      steadyLoad(rate, { client, seconds, next: requests.next, fault: check.fault }),
      steadyLoad(SALES_PER_SECOND, { client, seconds, next: requests.nextSale, fault: statusFault }),
    ]);
    const failures = [...answers.failures, ...sales.failures, ...serving.failures];
    for (const failure of failures.slice(0, 5)) report(`failed: ${failure}`);
    const seen = RUNS.map((run) => `${grouped(check.runs.get(run) ?? 0)} of run ${run}`).join(', ');
    return [
      {
        subject: `${MINUTES} min at half the highest rate (${rate.toFixed(0)}/s), ${SALES_PER_SECOND} sales a second, ${switches} switches between two runs`,
        target: 'no failed request, no answer that mixes runs, memory flat',
        measured: `${grouped(answers.latenciesMs.length)} answers (${seen}) and ${grouped(sales.latenciesMs.length)} sales, ${failures.length} failed, ${check.mixed()} mixed; answers ${describeTimes(answers.latenciesMs)}, at most ${percentile(answers.latenciesMs, 1).toFixed(0)} ms; ${load()}`,
      },
      { subject: '… memory', measured: memory.describe().join('; ') },
    ];
  } finally {
    for (const timer of [switching, sampling, minutes]) clearInterval(timer);
    client.stop();
  }
}

const statusFault = ({ status, body }: { readonly status: number; readonly body: string }) =>
  status === 200 ? undefined : `status ${status}: ${body.slice(0, 200)}`;

function failOn({ failures }: Load): void {
  if (failures.length > 0)
    throw new Error(`Cannot measure the rate: ${failures.length} requests failed, first ${failures[0]}`);
}

const rateOf = ({ latenciesMs, seconds }: Load): number => latenciesMs.length / seconds;
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
/** Figures depend on what else runs on the machine. */
const load = (): string => `load ${(loadavg()[0] ?? Number.NaN).toFixed(1)}`;
