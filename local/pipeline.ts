import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { type Lake, s3Lake } from '../lambdas/shared/lake.ts';
import { type Broker, createTopic, readClusterId, startBroker } from './broker.ts';
import { type ConfigInput, deploy, synthesize } from './deploy.ts';
import { ACCOUNT, awsClient, type Emulator, REGION, startEmulator } from './emulator.ts';
import type { Endpoints } from './endpoints.ts';
import { startJobServer } from './jobs.ts';
import { startPages } from './pages.ts';
import { type Poller, startPoller } from './poller.ts';
import { invokeFunction } from './stack.ts';

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
}

/** The whole pipeline on this machine, ready for sales. */
export interface Pipeline extends Omit<Endpoints, 'pid'> {
  readonly lake: Lake;
  readonly poller: Poller;
  /** Stops everything that was started, the last first. */
  stop(): Promise<void>;
}

const STACK = 'Cartograph';
const TOPIC = 'sales';

/** Starts every part; what was started before a failure is stopped. */
export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const { directory, config, partitions, cores, keep, elsewhere, onReady = () => undefined } = options;
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (let next = stops.pop(); next; next = stops.pop()) await next();
  };
  const timed = async <Part>(part: string, start: () => Promise<Part>): Promise<Part> => {
    const startedMs = performance.now();
    const result = await start();
    onReady(part, (performance.now() - startedMs) / 1000);
    return result;
  };
  if (!keep)
    for (const part of ['kafka', 'aws', 'jobs'])
      rmSync(join(directory, part), { recursive: true, force: true });
  try {
    const jobs = await startJobServer({
      directory: join(directory, 'jobs'),
      cores,
      emitsEvents: options.emitsJobEvents ?? true,
      ...(elsewhere ? { url: elsewhere.jobsUrl } : {}),
    });
    stops.push(() => jobs.stop());
    const assembly = join(directory, 'cdk.out');
    const [broker, emulator] = await all([
      timed('broker', () =>
        elsewhere ? brokerAt(elsewhere.bootstrap) : startBroker(join(directory, 'kafka')),
      ).then((part) => {
        stops.push(() => part.stop());
        return part;
      }),
      timed('emulator', () =>
        elsewhere ? emulatorAt(elsewhere.endpoint) : startEmulator(join(directory, 'aws'), jobs.endpoint),
      ).then((part) => {
        stops.push(() => part.stop());
        return part;
      }),
      timed('synthesis', () =>
        synthesize(
          { ...config, stackName: STACK, stream: { topic: TOPIC, pollers: 'provisioned' } },
          assembly,
        ),
      ),
    ]);
    jobs.connect(emulator.endpoint);
    const outputs = await timed('deployment', () => deploy(emulator.endpoint, STACK, assembly));
    const functions = functionsOf(outputs);
    const bucket = outputOf(outputs, 'LakeBucket');
    await createTopic(broker.bootstrap, TOPIC, partitions);
    const poller = await timed('poller', () =>
      startPoller({
        bootstrap: broker.bootstrap,
        topic: TOPIC,
        groupId: 'accumulate',
        eventSourceArn: `arn:aws:kafka:${REGION}:${ACCOUNT}:cluster/local/${broker.clusterId}`,
        invoke: (event) => invokeFunction(emulator.endpoint, functions.accumulate, event),
        ...(options.onFailure ? { onFailure: options.onFailure } : {}),
      }),
    );
    stops.push(() => poller.stop());
    const pages = await startPages(emulator.endpoint, bucket, {
      port: options.pagesPort ?? 0,
      host: elsewhere ? '0.0.0.0' : '127.0.0.1',
    });
    stops.push(() => pages.stop());
    const lake = s3Lake(bucket, new S3Client(awsClient(emulator.endpoint)));
    const { endpoint } = emulator;
    return {
      endpoint,
      bootstrap: broker.bootstrap,
      topic: TOPIC,
      bucket,
      functions,
      pagesUrl: pages.url,
      lake,
      poller,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
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

const emulatorAt = async (endpoint: string): Promise<Emulator> => ({ endpoint, stop: async () => undefined });

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
