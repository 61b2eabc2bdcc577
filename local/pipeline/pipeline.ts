import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { type Lake, s3Lake } from '../../lambdas/shared/platform/lake.ts';
import { endLeftovers } from '../process/leftovers.ts';
import { Parts } from '../process/parts.ts';
import { startPages } from '../results/pages.ts';
import { jobLogs, startJobServer } from '../spark/jobs.ts';
import { invokeFunction } from '../stack/call-function.ts';
import { type ConfigInput, deploy, synthesize } from '../stack/deploy.ts';
import { ACCOUNT, awsClient, type Emulator, REGION, startEmulator } from '../stack/emulator.ts';
import type { Endpoints } from '../stack/endpoints.ts';
import { type Broker, createTopic, readClusterId, startBroker } from './broker.ts';
import { type Poller, startPoller } from './poller.ts';

export interface PipelineOptions {
  /** Where brokers, buckets and logs lie. */
  readonly directory: string;
  readonly config: ConfigInput;
  readonly partitions: number;
  /** Cores of a Spark job. */
  readonly cores: number;
  readonly keep: boolean;
  readonly pagesPort?: number | undefined;
  /** A broker and an AWS API that run elsewhere. */
  readonly elsewhere?:
    | { readonly bootstrap: string; readonly endpoint: string; readonly jobsUrl: string }
    | undefined;
  readonly emitsJobEvents?: boolean;
  readonly onFailure?: (error: unknown) => void;
  /** Told of each part when it is ready. */
  readonly onReady?: (part: string, seconds: number) => void;
  /** Told of each program of an earlier pipeline that nobody had ended; it is ended now. */
  readonly onLeftover?: (what: string) => void;
  /** Told in a sentence of a part that ends without being stopped. */
  readonly onEnd?: (sentence: string) => void;
  /** Gives the start up: what has started is stopped, and the signal's reason is thrown. */
  readonly signal?: AbortSignal;
}

/** The whole pipeline on this machine, ready for sales. */
export interface Pipeline extends Omit<Endpoints, 'pid' | 'startTime'> {
  readonly lake: Lake;
  readonly poller: Poller;
  readonly emulatorLog: Emulator['log'];
  /** Stops everything that was started, the last first. @throws {Error} If a part did not stop; the others have. */
  stop(): Promise<void>;
}

const STACK = 'Cartograph';
const TOPIC = 'sales';
const GROUP = 'accumulate';

/** Starts every part; what was started before a failure is stopped. */
export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const parts = new Parts(options);
  options.signal?.throwIfAborted();
  try {
    await clear(options);
    return await startParts(options, parts);
  } catch (error) {
    // What is told is why it could not start; that a half-started part does not stop as it should comes of that.
    await parts.stop().catch(() => undefined);
    throw error;
  }
}

/** Ends what an earlier pipeline has left running, and removes what it has left lying unless that is kept. */
async function clear({ directory, keep, elsewhere, onLeftover }: PipelineOptions): Promise<void> {
  const [kafka, aws, jobs] = directoriesOf(directory);
  for (const what of await endLeftovers([kafka, aws, jobLogs(jobs)])) onLeftover?.(what);
  if (keep) return;
  // Parts that run elsewhere may have their state here: another container, the same directory.
  for (const part of elsewhere ? [jobs] : [kafka, aws, jobs]) rmSync(part, { recursive: true, force: true });
}

const directoriesOf = (directory: string) =>
  [join(directory, 'kafka'), join(directory, 'aws'), join(directory, 'jobs')] as const;

async function startParts(options: PipelineOptions, parts: Parts): Promise<Pipeline> {
  const { directory, config, partitions, cores, elsewhere, signal } = options;
  const [kafkaDirectory, awsDirectory, jobsDirectory] = directoriesOf(directory);
  const jobs = await parts.start('job server', () =>
    startJobServer({
      directory: jobsDirectory,
      cores,
      emitsEvents: options.emitsJobEvents ?? true,
      ...(elsewhere ? { url: elsewhere.jobsUrl } : {}),
    }),
  );
  const assembly = join(directory, 'cdk.out');
  const [broker, emulator] = await all([
    parts.startTimed('broker', () =>
      elsewhere ? brokerAt(elsewhere.bootstrap) : startBroker(kafkaDirectory, signal ? { signal } : {}),
    ),
    parts.startTimed('emulator', () =>
      elsewhere ? emulatorAt(elsewhere.endpoint) : startEmulator(awsDirectory, jobs.endpoint, signal),
    ),
    parts.timed('synthesis', () =>
      synthesize(
        { ...config, stackName: STACK, stream: { topic: TOPIC, pollers: 'provisioned' } },
        assembly,
        signal,
      ),
    ),
  ]);
  const { endpoint } = emulator;
  jobs.connect(endpoint);
  const outputs = await parts.timed('deployment', () => deploy(endpoint, STACK, assembly));
  const functions = functionsOf(outputs);
  const bucket = outputOf(outputs, 'LakeBucket');
  await parts.unlessGivenUp(createTopic(broker.bootstrap, TOPIC, partitions));
  const poller = await parts.startTimed('poller', () =>
    startPoller({
      bootstrap: broker.bootstrap,
      topic: TOPIC,
      groupId: GROUP,
      eventSourceArn: `arn:aws:kafka:${REGION}:${ACCOUNT}:cluster/local/${broker.clusterId}`,
      invoke: (event) => invokeFunction(endpoint, functions.accumulate, event),
      ...(options.onFailure ? { onFailure: options.onFailure } : {}),
    }),
  );
  const pages = await parts.start('pages', () =>
    startPages(
      { client: new S3Client(awsClient(endpoint)), bucket },
      { port: options.pagesPort ?? 0, host: elsewhere ? '0.0.0.0' : '127.0.0.1' },
    ),
  );
  return {
    endpoint,
    bootstrap: broker.bootstrap,
    topic: TOPIC,
    groupId: GROUP,
    bucket,
    functions,
    pagesUrl: pages.url,
    lake: s3Lake(bucket, new S3Client(awsClient(endpoint))),
    poller,
    emulatorLog: emulator.log,
    stop: () => parts.stop(),
  };
}

/** Like Promise.all, but waits for all before it rejects, so that whatever was started can be stopped. */
async function all<A, B, C>([a, b, c]: [Promise<A>, Promise<B>, Promise<C>]): Promise<[A, B, C]> {
  await Promise.allSettled([a, b, c]);
  return Promise.all([a, b, c]);
}

const brokerAt = async (bootstrap: string): Promise<Broker> => ({
  bootstrap,
  clusterId: await readClusterId(bootstrap),
  stop: async () => undefined,
});

const emulatorAt = async (endpoint: string): Promise<Emulator> => ({
  endpoint,
  stop: async () => undefined,
});

function outputOf(outputs: ReadonlyMap<string, string>, name: string): string {
  const value = outputs.get(name);
  if (value === undefined)
    throw new Error(`Cannot find the stack's output ${name}; it has ${[...outputs.keys()].join(', ')}`);
  return value;
}

const functionsOf = (outputs: ReadonlyMap<string, string>): Endpoints['functions'] => ({
  accumulate: outputOf(outputs, 'accumulateFunction'),
  threshold: outputOf(outputs, 'thresholdFunction'),
  train: outputOf(outputs, 'trainFunction'),
  render: outputOf(outputs, 'renderFunction'),
  publish: outputOf(outputs, 'publishFunction'),
});
