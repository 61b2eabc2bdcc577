import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { COLLECT_PATIENCE } from '../../lambdas/collect/sales-topic.ts';
import { type Lake, s3Lake } from '../../lambdas/shared/platform/lake.ts';
import { createPersonIds, type PersonIds } from '../../lambdas/shared/privacy/person-ids.ts';
import { Config } from '../../lib/config.ts';
import { startLocalApi } from '../api/local-api.ts';
import type { LocalApi } from '../api/server.ts';
import { endLeftovers } from '../process/leftovers.ts';
import { Parts } from '../process/parts.ts';
import { startPages } from '../results/pages.ts';
import { jobLogs, startJobServer } from '../spark/jobs.ts';
import { invokeFunction } from '../stack/call-function.ts';
import { type ConfigInput, deploy, synthesize } from '../stack/deploy.ts';
import { ACCOUNT, awsClient, type Emulator, REGION, startEmulator } from '../stack/emulator.ts';
import type { Endpoints } from '../stack/endpoints.ts';
import { prepareLocalPrivacy } from '../stack/person-key.ts';
import { brokerAt, createTopic, kafkaClient, startBroker } from './broker.ts';
import { type Poller, startPoller } from './poller.ts';
import { readAgainIntoNewBucket } from './read-again.ts';

export interface PipelineOptions {
  /** For the state of broker and bucket, and for logs. */
  readonly directory: string;
  readonly config: ConfigInput;
  readonly partitions: number;
  /** Cores of a Spark job. */
  readonly cores: number;
  /** Continues with the state of the last start. */
  readonly keep: boolean;
  readonly pagesPort?: number | undefined;
  readonly apiPort?: number | undefined;
  /** A broker and an AWS API that run elsewhere. Its Lambdas then know a job server that runs elsewhere too. */
  readonly elsewhere?: { readonly bootstrap: string; readonly endpoint: string } | undefined;
  /** If false, state changes of jobs reach no event bus. */
  readonly emitsJobEvents?: boolean;
  /** Called with every error of a poller, before it tries again, and the stage that the poller invokes. */
  readonly onFailure?: (error: unknown, stage: 'accumulate' | 'remember') => void;
  /** Called with each fault of a stage that answers requests. */
  readonly onApiFault?: (message: string) => void;
  /** Called with each part when it is ready. */
  readonly onReady?: (part: string, seconds: number) => void;
  /** Called with each program of an earlier pipeline that was still running and was stopped. */
  readonly onLeftover?: (program: string) => void;
  /** Called if the kept topic is read again from its start, because the bucket of the last start is lost. */
  readonly onReadAgain?: () => void;
  /** Called with a sentence if a part ends without being stopped. */
  readonly onEnd?: (sentence: string) => void;
  /** Aborts the start: the parts that have started are stopped, and the signal's reason is thrown. */
  readonly signal?: AbortSignal;
}

/** The whole pipeline on this machine, ready for sales. */
export interface Pipeline extends Omit<Endpoints, 'pid' | 'startTime' | 'functions'> {
  /** This version has all of them. */
  readonly functions: Required<Endpoints['functions']>;
  readonly lake: Lake;
  readonly poller: Poller;
  /** The poller of remember; absent if the stack answers no requests. */
  readonly rememberPoller?: Poller;
  /** The settings for ids of users, orders and sales. */
  readonly persons: PersonIds;
  readonly emulatorLog: Emulator['log'];
  /** Stops all parts in reverse order. @throws {Error} If a part did not stop; the others are stopped anyway. */
  stop(): Promise<void>;
}

const STACK = 'Cartograph';
const TOPIC = 'sales';
const GROUP = 'accumulate';
const REMEMBER_GROUP = 'remember';

/**
 * Starts every part that does not run elsewhere: job server, broker, emulator, stack, poller and pages.
 *
 * @throws {Error} If a part cannot start; those that have started are stopped.
 */
export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const parts = new Parts(options);
  options.signal?.throwIfAborted();
  try {
    await clear(options);
    return await startParts(options, parts);
  } catch (error) {
    // The reason why the start failed is thrown. A half-started part that then does not stop is a consequence.
    await parts.stop().catch(() => undefined);
    throw error;
  }
}

/** Stops programs of an earlier pipeline that still run, and removes its state unless that is kept. */
async function clear({ directory, keep, elsewhere, onLeftover }: PipelineOptions): Promise<void> {
  const [kafka, aws, jobs] = directoriesOf(directory);
  for (const program of await endLeftovers([kafka, aws, jobLogs(jobs)])) onLeftover?.(program);
  if (keep || elsewhere) return;
  for (const part of [kafka, aws, jobs]) rmSync(part, { recursive: true, force: true });
}

const directoriesOf = (directory: string) =>
  [join(directory, 'kafka'), join(directory, 'aws'), join(directory, 'jobs')] as const;

async function startParts(options: PipelineOptions, parts: Parts): Promise<Pipeline> {
  const { directory, config, partitions, cores, elsewhere, signal } = options;
  const [kafkaDirectory, awsDirectory, jobsDirectory] = directoriesOf(directory);
  // The job server counts as started before the emulator, which calls it, and so stops after it.
  const emulatorHere = async (): Promise<Emulator> => {
    const jobs = await parts.start('job server', () =>
      startJobServer({ directory: jobsDirectory, cores, emitsEvents: options.emitsJobEvents ?? true }),
    );
    const emulator = await startEmulator(awsDirectory, jobs.endpoint, signal);
    jobs.connect(emulator.endpoint);
    return emulator;
  };
  const assembly = join(directory, 'cdk.out');
  const [broker, emulator] = await all([
    parts.startTimed('broker', () =>
      elsewhere
        ? brokerAt(elsewhere.bootstrap, signal)
        : startBroker(kafkaDirectory, signal ? { signal } : {}),
    ),
    parts.startTimed('emulator', () => (elsewhere ? emulatorAt(elsewhere.endpoint) : emulatorHere())),
    parts.timed('synthesis', () =>
      synthesize(
        { ...config, stackName: STACK, stream: { topic: TOPIC, pollers: 'provisioned' } },
        assembly,
        signal,
      ),
    ),
  ]);
  const { endpoint } = emulator;
  const outputs = await parts.timed('deployment', () => deploy(endpoint, STACK, assembly));
  const functions = functionsOf(outputs);
  const bucket = outputOf(outputs, 'LakeBucket');
  const { userIds } = Config.parse(config).privacy;
  const personKey = await parts.unlessAborted(
    prepareLocalPrivacy({
      ...{ endpoint, bucket, directory },
      secretId: outputOf(outputs, 'PersonSecret'),
      userIds,
      isEmulatorElsewhere: elsewhere !== undefined,
    }),
  );
  await parts.unlessAborted(createTopic(broker.bootstrap, TOPIC, partitions));
  if (!elsewhere) {
    const { bootstrap } = broker;
    const groups = [GROUP, REMEMBER_GROUP];
    const topicRead = { bootstrap, directory: kafkaDirectory, bucket, groups, signal };
    if (await parts.unlessAborted(readAgainIntoNewBucket(topicRead))) options.onReadAgain?.();
  }
  const persons = createPersonIds(userIds, personKey);
  const polling = {
    bootstrap: broker.bootstrap,
    topic: TOPIC,
    eventSourceArn: `arn:aws:kafka:${REGION}:${ACCOUNT}:cluster/local/${broker.clusterId}`,
  };
  const poller = await parts.startTimed('poller', () =>
    startPoller({
      ...polling,
      groupId: GROUP,
      onFailure: (error) => options.onFailure?.(error, 'accumulate'),
      invoke: (event) => invokeFunction(endpoint, functions.accumulate, event),
    }),
  );
  const remember = outputs.get('rememberFunction');
  const rememberPoller =
    remember === undefined
      ? undefined
      : await parts.start('poller of remember', () =>
          startPoller({
            ...polling,
            groupId: REMEMBER_GROUP,
            onFailure: (error) => options.onFailure?.(error, 'remember'),
            isImmediate: true,
            invoke: (event) => invokeFunction(endpoint, remember, event),
          }),
        );
  let api: LocalApi | undefined;
  const pages = await parts.start('pages', () =>
    startPages(
      { client: new S3Client(awsClient(endpoint)), bucket },
      {
        port: options.pagesPort ?? 0,
        host: elsewhere ? '0.0.0.0' : '127.0.0.1',
        apiUrl: () => api?.url,
      },
    ),
  );
  const table = outputs.get('RecentTable');
  if (table !== undefined)
    api = await parts.start('API', () =>
      startLocalApi({
        ...{ endpoint, bucket, table, topic: TOPIC, config: Config.parse(config), persons, personKey },
        kafka: kafkaClient(broker.bootstrap, COLLECT_PATIENCE),
        pagesUrl: pages.url,
        port: options.apiPort ?? 0,
        host: elsewhere ? '0.0.0.0' : '127.0.0.1',
        ...(options.onApiFault && { onFault: options.onApiFault }),
      }),
    );
  return {
    endpoint,
    bootstrap: broker.bootstrap,
    topic: TOPIC,
    groupId: GROUP,
    bucket,
    functions,
    pagesUrl: pages.url,
    ...(api && { apiUrl: api.url }),
    lake: s3Lake(bucket, new S3Client(awsClient(endpoint))),
    poller,
    ...(rememberPoller && { rememberPoller }),
    persons,
    emulatorLog: emulator.log,
    stop: () => parts.stop(),
  };
}

/** Like Promise.all, but waits for all promises before it rejects, so that every started part can be stopped. */
async function all<A, B, C>([a, b, c]: [Promise<A>, Promise<B>, Promise<C>]): Promise<[A, B, C]> {
  await Promise.allSettled([a, b, c]);
  return Promise.all([a, b, c]);
}

const emulatorAt = async (endpoint: string): Promise<Emulator> => ({
  endpoint,
  stop: async () => undefined,
});

function outputOf(outputs: ReadonlyMap<string, string>, name: string): string {
  const value = outputs.get(name);
  if (value === undefined)
    throw new Error(
      `Cannot find the stack's output ${name}: the stack has ${[...outputs.keys()].join(', ')}`,
    );
  return value;
}

const functionsOf = (outputs: ReadonlyMap<string, string>): Pipeline['functions'] => ({
  accumulate: outputOf(outputs, 'accumulateFunction'),
  threshold: outputOf(outputs, 'thresholdFunction'),
  train: outputOf(outputs, 'trainFunction'),
  render: outputOf(outputs, 'renderFunction'),
  publish: outputOf(outputs, 'publishFunction'),
  forget: outputOf(outputs, 'forgetFunction'),
});
