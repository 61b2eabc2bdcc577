import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** One request; with a body it is a POST of JSON. */
export interface Asked {
  readonly path: string;
  readonly body?: unknown;
}

export interface Answered {
  readonly status: number;
  readonly body: string;
}

/** A client that keeps its connections. */
export interface LoadClient {
  /** @throws {Error} If there is no answer. */
  ask(asked: Asked): Promise<Answered>;
  stop(): void;
}

export function createLoadClient(url: string, connections: number): LoadClient {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    ask: ({ path, body }) =>
      new Promise((resolve, reject) => {
        const sent = body === undefined ? undefined : JSON.stringify(body);
        const headers = sent === undefined ? {} : { 'content-type': 'application/json' };
        const method = sent === undefined ? 'GET' : 'POST';
        request(`${url}${path}`, { agent, method, headers }, (response) => {
          const chunks: Buffer[] = [];
          response
            .on('data', (chunk: Buffer) => chunks.push(chunk))
            .once('end', () =>
              resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
            )
            .once('error', reject);
        })
          .once('error', reject)
          .end(sent);
      }),
    stop: () => agent.destroy(),
  };
}

/** What a load measured. */
export interface Load {
  /** Of each answer, in the order in which they arrived. */
  readonly latenciesMs: readonly number[];
  readonly seconds: number;
  /** Why requests failed or answers were wrong; empty if all was well. */
  readonly failures: readonly string[];
}

export interface LoadOptions {
  readonly client: LoadClient;
  readonly seconds: number;
  /** Returns the next request. */
  readonly next: () => Asked;
  /** Returns what is wrong with an answer; undefined if nothing is. */
  readonly fault: (answered: Answered) => string | undefined;
}

/** A number of callers, each of which asks again as soon as it has its answer. */
export async function closedLoad(callers: number, options: LoadOptions): Promise<Load> {
  const measured = createMeasured(options);
  const isOver = (): boolean => measured.elapsedMs() >= options.seconds * 1000;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (!isOver()) await measured.ask(measured.elapsedMs());
    }),
  );
  return measured.result();
}

/**
 * Requests at a fixed rate, whether or not the earlier ones are answered. A latency counts from the moment at which the request was
 * due, so that a pause of the server counts for every request that it delays.
 */
export async function steadyLoad(perSecond: number, options: LoadOptions): Promise<Load> {
  const measured = createMeasured(options);
  const pending = new Set<Promise<void>>();
  for (let sent = 0; sent < perSecond * options.seconds; ) {
    const dueMs = (sent * 1000) / perSecond;
    if (dueMs > measured.elapsedMs()) {
      await sleep(Math.max(1, dueMs - measured.elapsedMs()));
      continue;
    }
    const asking = measured.ask(dueMs).finally(() => pending.delete(asking));
    pending.add(asking);
    sent += 1;
  }
  await Promise.all(pending);
  return measured.result();
}

function createMeasured({ client, next, fault }: LoadOptions) {
  const startedMs = performance.now();
  const [latenciesMs, failures]: [number[], string[]] = [[], []];
  const elapsedMs = (): number => performance.now() - startedMs;
  return {
    elapsedMs,
    async ask(dueMs: number): Promise<void> {
      const asked = next();
      try {
        const answered = await client.ask(asked);
        latenciesMs.push(elapsedMs() - dueMs);
        const wrong = fault(answered);
        if (wrong !== undefined) failures.push(`${asked.path}: ${wrong}`);
      } catch (error) {
        failures.push(`${asked.path}: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
    result: (): Load => ({ latenciesMs, seconds: elapsedMs() / 1000, failures }),
  };
}

/** Returns the value that a share of the values does not exceed; NaN if there are none. */
export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? Number.NaN;

export const describeTimes = (values: readonly number[]): string =>
  `p50 ${percentile(values, 0.5).toFixed(1)} ms, p99 ${percentile(values, 0.99).toFixed(1)} ms`;
